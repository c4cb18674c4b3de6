//! NumPy's default generator, so that resampling draws what SacreBLEU draws: PCG64 (O'Neill 2014, XSL-RR) seeded by
//! NumPy's SeedSequence (after O'Neill's seed_seq), and its two ways of drawing small numbers.

const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

/// A stream of pseudo-random numbers.
pub struct Pcg64 {
    state: u128,
    increment: u128,
    /// The upper half of the last number, when only its lower half was used.
    half: Option<u32>,
}

impl Pcg64 {
    /// `numpy.random.default_rng(seed)`.
    pub fn new(seed: u64) -> Self {
        let words = seed_words(seed);
        let wide = |at: usize| u128::from(words[at]) << 64 | u128::from(words[at + 1]);
        let mut generator = Self { state: 0, increment: wide(2) << 1 | 1, half: None };
        generator.step();
        generator.state = generator.state.wrapping_add(wide(0));
        generator.step();
        generator
    }

    fn step(&mut self) {
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
    }

    fn next_u32(&mut self) -> u32 {
        if let Some(half) = self.half.take() {
            return half;
        }
        self.step();
        let folded = (self.state >> 64) as u64 ^ self.state as u64;
        let number = folded.rotate_right((self.state >> 122) as u32);
        self.half = Some((number >> 32) as u32);
        number as u32
    }

    /// A number below `bound` (at least 1), each as likely (Lemire 2019).
    pub fn below(&mut self, bound: u32) -> u32 {
        let mut product = u64::from(self.next_u32()) * u64::from(bound);
        if (product as u32) < bound {
            let threshold = bound.wrapping_neg() % bound;
            while (product as u32) < threshold {
                product = u64::from(self.next_u32()) * u64::from(bound);
            }
        }
        (product >> 32) as u32
    }

    /// An endless row of coin tosses, 32 to a number.
    pub fn coins(&mut self) -> impl Iterator<Item = bool> {
        std::iter::repeat_with(|| self.next_u32())
            .flat_map(|bits| (0..u32::BITS).map(move |at| bits >> at & 1 == 1))
    }
}

/// SeedSequence(seed).generate_state(4, uint64).
fn seed_words(seed: u64) -> [u64; 4] {
    let mut constant: u32 = 0x43b0_d7e5;
    let mut hash = |value: u32| {
        let mixed = value ^ constant;
        constant = constant.wrapping_mul(0x931e_8875);
        let mixed = mixed.wrapping_mul(constant);
        mixed ^ mixed >> 16
    };
    let mut pool = [seed as u32, (seed >> 32) as u32, 0, 0].map(&mut hash);
    for from in 0..pool.len() {
        for to in (0..pool.len()).filter(|&to| to != from) {
            let hashed = hash(pool[from]);
            let mixed = pool[to].wrapping_mul(0xca01_f9dd).wrapping_sub(hashed.wrapping_mul(0x4973_f715));
            pool[to] = mixed ^ mixed >> 16;
        }
    }
    let mut constant: u32 = 0x8b51_f9dd;
    let mut draw = |at: usize| {
        let mixed = pool[at % pool.len()] ^ constant;
        constant = constant.wrapping_mul(0x58f3_8ded);
        let mixed = mixed.wrapping_mul(constant);
        u64::from(mixed ^ mixed >> 16)
    };
    std::array::from_fn(|at| draw(2 * at) | draw(2 * at + 1) << 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `r = numpy.random.default_rng(12345); r.integers(0, 2998, 6)`, then `r.integers(0, 2**32 - 1, 3)`;
    /// `default_rng(12345).integers(2, size=40, dtype=bool)`. NumPy 2.4.
    #[test]
    fn draws_what_numpy_draws() {
        let mut generator = Pcg64::new(12345);
        let small: Vec<u32> = (0..6).map(|_| generator.below(2998)).collect();
        assert_eq!(small, SMALL);
        let large: Vec<u32> = (0..3).map(|_| generator.below(u32::MAX)).collect();
        assert_eq!(large, LARGE);
        let coins: String =
            Pcg64::new(12345).coins().take(40).map(|coin| if coin { '1' } else { '0' }).collect();
        assert_eq!(coins, COINS);
    }

    const SMALL: [u32; 6] = [2096, 681, 2364, 949, 612, 2390];
    const LARGE: [u32; 3] = [2760304911, 2904491693, 4245388044];
    const COINS: &str = "1011100110000011111111110100110110110001";
}
