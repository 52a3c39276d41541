//! The scripts and scopes of an engine that the host keeps.

use std::rc::Rc;

use crate::execution::kept_scope::KeptScopes;
use crate::execution::kept_script::KeptScripts;

/// The scripts and scopes that the host keeps.
#[derive(Default)]
pub struct Kept {
    /// The scripts.
    pub scripts: Rc<KeptScripts>,
    /// The scopes.
    pub scopes: KeptScopes,
}

impl Kept {
    /// Drops those that the host has let go of.
    #[inline]
    pub fn drop_released(&self) {
        self.scripts.drop_released();
        self.scopes.drop_released();
    }

    /// Drops all.
    pub fn clear(&self) {
        self.scripts.clear();
        self.scopes.clear();
    }
}
