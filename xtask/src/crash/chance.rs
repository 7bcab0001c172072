//! Decisions that look random and are the same for the same seed.

/// A generator of the kind splitmix64: an adding counter whose bits are mixed.
#[derive(Debug)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// The decisions of a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to 1, which is not reached.
    pub fn part(&mut self) -> f64 {
        // As many bits as the fraction of a double has.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether one of so many equal chances came.
    pub fn one_in(&mut self, chances: u64) -> bool {
        self.next().is_multiple_of(chances)
    }

    /// One of some things.
    pub fn of<Thing: Copy>(&mut self, things: &[Thing]) -> Option<Thing> {
        let index = (self.part() * things.len() as f64) as usize;
        things.get(index).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn a_seed_decides_everything_and_another_one_something_else() {
        let parts = |seed| {
            let mut chance = Chance::new(seed);
            (0..100).map(|_| chance.part()).collect::<Vec<_>>()
        };
        assert_eq!(parts(1), parts(1));
        assert_ne!(parts(1), parts(2));
        assert!(parts(3).iter().all(|part| (0.0..1.0).contains(part)));
        let (low, high) = (parts(4).iter().any(|part| *part < 0.1), parts(4).iter().any(|part| *part > 0.9));
        assert!(low && high);
    }

    #[test]
    fn everything_comes_in_its_turn() {
        let mut chance = Chance::new(7);
        let came: std::collections::BTreeSet<_> = (0..100).filter_map(|_| chance.of(&[1, 2, 3])).collect();
        assert_eq!(came.len(), 3);
        assert_eq!(chance.of::<u8>(&[]), None);
        let came = (0..100).filter(|_| chance.one_in(2)).count();
        assert!((20..80).contains(&came), "{came}");
    }
}
