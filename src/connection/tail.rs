//! The end of what a program printed, kept while it runs.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    sync::mpsc,
    task::JoinHandle,
};

use crate::value::text_of;

/// Bytes kept: enough for the words of any refusal.
const KEPT: usize = 8 << 10;

/// What a program said last on its error output; it is read on, so that the program never waits.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    /// Returns the text kept so far.
    pub(super) fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text_of(&kept.iter().copied().collect::<Vec<u8>>())
    }

    pub(super) fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(bytes);
        let over = kept.len().saturating_sub(KEPT);
        kept.drain(..over);
    }

    /// Reads `from` to its end, and passes the bytes to `ear` as long as somebody listens there.
    pub(super) fn follow(
        &self,
        mut from: impl AsyncRead + Unpin + Send + 'static,
        ear: Option<mpsc::Sender<Vec<u8>>>,
    ) -> JoinHandle<()> {
        let tail = self.clone();
        tokio::spawn(async move {
            let mut ear = ear;
            let mut chunk = vec![0; 4096];
            while let Ok(count @ 1..) = from.read(&mut chunk).await {
                tail.push(&chunk[..count]);
                if let Some(open) = &ear
                    && open.send(chunk[..count].to_vec()).await.is_err()
                {
                    ear = None;
                }
            }
        })
    }
}
