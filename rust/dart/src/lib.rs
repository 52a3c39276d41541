//! The native side of the Dart package `rhai_dart`: the boundary between Dart and the
//! [`runtime`] of scripts.
//!
//! A call comes in through [`ffi`], which only checks what it is given. What Dart wrote is in
//! the [`mailbox`] of its engine, and is decoded on the fiber that asks for it ([`wire`]).

mod agreement;
pub mod ffi;
pub mod graveyard;
pub mod host;
pub mod isolate;
pub mod mailbox;
pub mod parcel;

pub mod records {
    //! Errors and analyses as Dart reads them.

    pub mod analysis;
    pub mod error;
}

pub mod wire {
    //! The binary encoding of values.

    pub mod arguments;
    pub mod buffers;
    pub mod decode;
    pub mod encode;
    pub mod format;
    pub mod new_objects;
    pub mod protocol;
    pub mod write;
}

#[cfg(feature = "allocator")]
#[global_allocator]
static ALLOCATOR: memory::CountingAllocator = memory::CountingAllocator;
