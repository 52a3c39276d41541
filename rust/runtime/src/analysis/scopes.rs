//! Variables that are there at a place in a script.

use std::collections::HashMap;

use rhai::{ImmutableString, Position};

/// How a variable comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// By `let`, or as what a loop or a `catch` gives a value.
    Variable,
    /// By `const`.
    Constant,
    /// As a parameter, which is there for who calls the function.
    Parameter,
}

/// A variable that a script declares.
#[derive(Debug)]
pub struct DeclaredVariable {
    /// Its name.
    pub name: ImmutableString,
    /// Where it is declared.
    pub position: Position,
    /// How it is declared.
    pub declared: Declared,
    /// Whether its value is ever used.
    pub is_used: bool,
    /// Whether what it holds was made by the script itself.
    pub is_own_data: bool,
}

/// The blocks that a place is in, and their variables. Every operation takes the
/// same time however many there are.
#[derive(Debug, Default)]
pub struct Scopes {
    variables: Vec<DeclaredVariable>,
    /// For each block, where its variables begin.
    blocks: Vec<usize>,
    by_name: HashMap<ImmutableString, Vec<usize>>,
    /// As many variables, from the first, are used.
    used: usize,
}

impl Scopes {
    /// Enters a block.
    pub fn open(&mut self) {
        self.blocks.push(self.variables.len());
    }

    /// Leaves a block. Returns its variables that were not used.
    pub fn close(&mut self) -> Vec<DeclaredVariable> {
        let start = self.blocks.pop().unwrap_or(0);
        let used = self.used.clamp(start, self.variables.len());
        self.used = self.used.min(start);
        let mut unused = Vec::new();
        for (index, variable) in self.variables.drain(start..).enumerate() {
            if let Some(same) = self.by_name.get_mut(&variable.name) {
                same.pop();
            }
            if !variable.is_used && start + index >= used {
                unused.push(variable);
            }
        }
        unused
    }

    /// In how many blocks the place is.
    pub fn depth(&self) -> usize {
        self.blocks.len()
    }

    /// Declares a variable. In the block that has one of the same name it is the same
    /// variable.
    pub fn declare(&mut self, variable: DeclaredVariable) {
        let start = self.blocks.last().copied().unwrap_or(0);
        let same = self.by_name.entry(variable.name.clone()).or_default();
        match same.last() {
            Some(&index) if index >= start => {
                let earlier = &mut self.variables[index];
                earlier.is_used |= variable.is_used;
                earlier.is_own_data &= variable.is_own_data;
            }
            _ => {
                same.push(self.variables.len());
                self.variables.push(variable);
            }
        }
    }

    /// The variable that a name stands for.
    pub fn find(&mut self, name: &str) -> Option<&mut DeclaredVariable> {
        let index = *self.by_name.get(name)?.last()?;
        self.variables.get_mut(index)
    }

    /// Takes all variables that are there as used.
    pub fn use_all(&mut self) {
        self.used = self.variables.len();
    }
}
