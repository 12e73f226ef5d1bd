//! Futures of one thread, several at a time, told in order.

use std::{future::Future, pin::Pin, task::Poll};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Runs the futures, at most `forks` at a time, and hands each result to `tell` in the order of
/// the futures, as soon as those before it are done.
pub(super) async fn together<'a, T>(
    futures: Vec<Boxed<'a, T>>,
    forks: usize,
    mut tell: impl FnMut(usize, T),
) {
    let forks = forks.max(1);
    let mut waiting = futures.into_iter().enumerate();
    let mut running: Vec<(usize, Boxed<'a, T>)> = Vec::new();
    let mut early: std::collections::BTreeMap<usize, T> = std::collections::BTreeMap::new();
    let mut next = 0;
    std::future::poll_fn(|context| {
        loop {
            while running.len() < forks {
                let Some(future) = waiting.next() else { break };
                running.push(future);
            }
            if running.is_empty() {
                return Poll::Ready(());
            }
            let before = running.len();
            running.retain_mut(|(at, future)| match future.as_mut().poll(context) {
                Poll::Ready(done) => {
                    early.insert(*at, done);
                    false
                }
                Poll::Pending => true,
            });
            while let Some(done) = early.remove(&next) {
                tell(next, done);
                next += 1;
            }
            // Those that take the places of the finished must be polled once before we rest.
            if running.len() == before {
                return Poll::Pending;
            }
        }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::{Boxed, together};

    #[test]
    fn results_come_in_order_and_never_too_many_at_once() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let busy = std::cell::Cell::new(0);
        let most = std::cell::Cell::new(0);
        let mut told = Vec::new();
        let futures = (0..7_usize)
            .map(|number| {
                let (busy, most) = (&busy, &most);
                let future = async move {
                    busy.set(busy.get() + 1);
                    most.set(most.get().max(busy.get()));
                    for _ in 0..(7 - number) {
                        tokio::task::yield_now().await;
                    }
                    busy.set(busy.get() - 1);
                    number
                };
                Box::pin(future) as Boxed<'_, usize>
            })
            .collect();
        runtime.block_on(together(futures, 3, |at, number| told.push((at, number))));
        assert_eq!(
            told,
            (0..7).map(|number| (number, number)).collect::<Vec<_>>()
        );
        assert_eq!(most.get(), 3);
    }
}
