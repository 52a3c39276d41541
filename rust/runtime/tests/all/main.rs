//! Scripts and a host that drives them.

mod errors;

mod asking;
mod callbacks;
mod cancelling;
mod compiled;
mod forks;
mod functions;
mod interleaving;
mod json;
mod limits;
mod members;
mod messages;
mod modules;
// It asks Unix how much of a stack was used.
#[cfg(unix)]
mod nested_data;
mod parallel;
mod peaks;
mod recursion;
mod same_as_rhai;
mod scopes;
mod stacks;
mod stats;
mod strands;
mod turns;
mod waiting;

#[global_allocator]
static ALLOCATOR: memory::CountingAllocator = memory::CountingAllocator;
