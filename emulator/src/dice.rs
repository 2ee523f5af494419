//! Numbers that follow from a seed, reachable by index without drawing those before.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A SplitMix64 sequence. Not for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    /// A sequence of its own for each label and index under one seed.
    pub(crate) fn new(seed: u64, label: &str, index: u64) -> Self {
        // FNV-1a, to spread labels over the whole range before the first draw mixes them.
        let label = label.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self { state: mix(seed) ^ mix(label) ^ mix(index.wrapping_add(0x51)) }
    }

    pub(crate) fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number from zero up to, not including, `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.draw() % bound.max(1)
    }

    /// True once in `odds` draws.
    pub(crate) fn one_in(&mut self, odds: u64) -> bool {
        self.below(odds) == 0
    }

    pub(crate) fn pick<'a>(&mut self, among: &[&'a str]) -> &'a str {
        let index = self.below(among.len() as u64);
        among[usize::try_from(index).unwrap_or(0)]
    }

    pub(crate) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.small(10))).collect()
    }

    pub(crate) fn hexadecimal(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b"0123456789abcdef"[usize::from(self.small(16))])).collect()
    }

    pub(crate) fn letters_and_digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b"0123456789abcdefghijklmnopqrstuvwxyz"[usize::from(self.small(36))]))
            .collect()
    }

    fn small(&mut self, bound: u8) -> u8 {
        u8::try_from(self.below(u64::from(bound))).unwrap_or(0)
    }
}

/// An ETag the way Directory writes them: quoted, and stable for the same subject.
pub(crate) fn etag(kind: &str, subject: &str) -> String {
    let mut dice = Dice::new(0, subject, kind.len() as u64);
    let bytes = [dice.draw().to_be_bytes(), dice.draw().to_be_bytes()].concat();
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(bytes))
}

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_numbers() {
        assert_eq!(Dice::new(7, "user", 3).digits(21), Dice::new(7, "user", 3).digits(21));
        assert_ne!(Dice::new(7, "user", 3).digits(21), Dice::new(7, "user", 4).digits(21));
        assert_ne!(Dice::new(7, "user", 3).digits(21), Dice::new(8, "user", 3).digits(21));
        assert_ne!(Dice::new(7, "user", 3).digits(21), Dice::new(7, "key", 3).digits(21));
    }
}
