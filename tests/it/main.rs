#![expect(
    clippy::unwrap_used,
    reason = "a test may touch its own files, and fails by panicking"
)]

mod inventory;
mod shown;
mod yaml;
