//! Characters that a reader does not see.

use std::ops::RangeInclusive;

/// Unicode's `Default_Ignorable_Code_Point`, its line and paragraph separators, and the interlinear
/// annotation marks.
const RANGES: &[RangeInclusive<char>] = &[
    '\u{AD}'..='\u{AD}',
    '\u{34F}'..='\u{34F}',
    '\u{61C}'..='\u{61C}',
    '\u{115F}'..='\u{1160}',
    '\u{17B4}'..='\u{17B5}',
    '\u{180B}'..='\u{180F}',
    '\u{200B}'..='\u{200F}',
    '\u{2028}'..='\u{202E}',
    '\u{2060}'..='\u{206F}',
    '\u{3164}'..='\u{3164}',
    '\u{FE00}'..='\u{FE0F}',
    '\u{FEFF}'..='\u{FEFF}',
    '\u{FFA0}'..='\u{FFA0}',
    '\u{FFF0}'..='\u{FFFB}',
    '\u{1BCA0}'..='\u{1BCA3}',
    '\u{1D173}'..='\u{1D17A}',
    '\u{E0000}'..='\u{E0FFF}',
];

/// Whether a reader sees nothing of it: zero width, or it only turns or joins its neighbors.
pub(crate) fn is_invisible(character: char) -> bool {
    !character.is_ascii() && RANGES.iter().any(|range| range.contains(&character))
}
