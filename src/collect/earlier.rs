//! What earlier runs read of a part.

use serde::de::DeserializeOwned;

use crate::store::{PartKey, Run, StoreError};
use crate::tenant::Reading;

/// Shows what each earlier run read of a part, the newest first, until `is_enough`. A run that did not read it is passed
/// over.
pub(super) fn readings<T: DeserializeOwned>(
    run: &Run<'_>,
    key: PartKey<T>,
    mut is_enough: impl FnMut(&Reading<T>) -> bool,
) -> Result<(), StoreError> {
    let mut earlier = run.previous()?;
    while let Some(run) = earlier {
        if run.part(key)?.is_some_and(|reading| is_enough(&reading)) {
            break;
        }
        earlier = run.previous()?;
    }
    Ok(())
}
