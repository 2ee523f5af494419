//! Whether a run can be complete, and if not, what stands in its way.

pub(crate) mod doctor;
mod gaps;
mod outside;
mod step;

pub(crate) use step::{Problem, Step, StepId, StepState, all_but_config};
