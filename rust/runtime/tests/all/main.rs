//! Scripts and a host that drives them.

mod errors;

mod asking;
mod callbacks;
mod cancelling;
mod functions;
mod json;
mod limits;
mod messages;
mod modules;
mod nested_data;
mod parallel;
mod peaks;
mod recursion;
mod same_as_rhai;
mod stacks;
mod stats;
mod turns;
mod waiting;

#[global_allocator]
static ALLOCATOR: memory::CountingAllocator = memory::CountingAllocator;
