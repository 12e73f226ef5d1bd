//! Python's random numbers: the Mersenne Twister, seeded as Python seeds it.

use num_bigint::BigInt;
use sha2::{Digest, Sha512};

const N: usize = 624;

/// The generator MT19937.
pub(super) struct Twister {
    state: [u32; N],
    at: usize,
}

impl Twister {
    fn of_word(seed: u32) -> Self {
        let mut state = [0; N];
        state[0] = seed;
        for at in 1..N {
            let last: u32 = state[at - 1];
            state[at] = 1_812_433_253_u32
                .wrapping_mul(last ^ last >> 30)
                .wrapping_add(u32::try_from(at).unwrap_or(0));
        }
        Self { state, at: N }
    }

    fn of_words(key: &[u32]) -> Self {
        let mut new = Self::of_word(19_650_218);
        let state = &mut new.state;
        let (mut i, mut j) = (1, 0);
        for _ in 0..N.max(key.len()) {
            let last = state[i - 1];
            state[i] = (state[i] ^ (last ^ last >> 30).wrapping_mul(1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(u32::try_from(j).unwrap_or(0));
            i += 1;
            j += 1;
            if i >= N {
                state[0] = state[N - 1];
                i = 1;
            }
            if j >= key.len() {
                j = 0;
            }
        }
        for _ in 0..N - 1 {
            let last = state[i - 1];
            state[i] = (state[i] ^ (last ^ last >> 30).wrapping_mul(1_566_083_941))
                .wrapping_sub(u32::try_from(i).unwrap_or(0));
            i += 1;
            if i >= N {
                state[0] = state[N - 1];
                i = 1;
            }
        }
        state[0] = 0x8000_0000;
        new
    }

    /// As `random.seed(number)`.
    pub(super) fn of_number(number: &BigInt) -> Self {
        let mut key = number.magnitude().to_u32_digits();
        if key.is_empty() {
            key.push(0);
        }
        Self::of_words(&key)
    }

    /// As `random.seed(text)`: the text's bytes and their digest, read as one number.
    pub(super) fn of_text(text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        let digest = Sha512::digest(&bytes);
        bytes.extend_from_slice(&digest);
        Self::of_number(&BigInt::from_bytes_be(num_bigint::Sign::Plus, &bytes))
    }

    /// A generator that nobody can foresee.
    pub(super) fn unseeded() -> Self {
        use std::hash::{BuildHasher, Hasher};
        // Every hasher of the standard library has keys of its own from the system.
        let mut key = Vec::new();
        for _ in 0..8 {
            let word = std::hash::RandomState::new().build_hasher().finish();
            let bytes = word.to_be_bytes();
            let (high, low) = bytes.split_at(4);
            key.extend([high, low].map(|half| {
                half.iter()
                    .fold(0, |word, byte| word << 8 | u32::from(*byte))
            }));
        }
        Self::of_words(&key)
    }

    fn word(&mut self) -> u32 {
        if self.at >= N {
            for k in 0..N {
                let y = self.state[k] & 0x8000_0000 | self.state[(k + 1) % N] & 0x7fff_ffff;
                let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[k] = self.state[(k + 397) % N] ^ y >> 1 ^ odd;
            }
            self.at = 0;
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9d2c_5680;
        y ^= y << 15 & 0xefc6_0000;
        y ^ y >> 18
    }

    /// A number below `limit`, which is not zero, as `random.randrange` draws it.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        let bits = 64 - limit.leading_zeros();
        loop {
            let drawn = if bits <= 32 {
                u64::from(self.word() >> (32 - bits))
            } else {
                let low = u64::from(self.word());
                low | u64::from(self.word() >> (64 - bits)) << 32
            };
            if drawn < limit {
                return drawn;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Twister;

    #[test]
    fn a_seed_gives_the_numbers_that_python_draws() {
        // Python: random.seed(42); [random.randrange(100) for _ in range(3)]
        let mut generator = Twister::of_number(&42.into());
        let drawn: Vec<u64> = (0..3).map(|_| generator.below(100)).collect();
        assert_eq!(drawn, [81, 14, 3]);
    }
}
