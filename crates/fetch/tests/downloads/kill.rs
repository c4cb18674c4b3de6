//! kill -9 at random moments of a download.

use crate::hub::{Content, Hub};
use crate::program::{Setup, length, wait_for_length};
use crate::server::Seen;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const KILLS: usize = 20;
const LENGTH: usize = 24 << 20;

#[test]
fn twenty_kills_lose_nothing() {
    let mut random = fastrand::Rng::with_seed(20_26);
    let content = Content::new(100, LENGTH);
    // How many more bytes the server sends before it falls silent, so that the moment of the kill is chosen here.
    let allowed = Arc::new(AtomicUsize::new(0));
    let (sent, allowance) = (content.clone(), allowed.clone());
    let hub = Hub::with_cdn(&content, move |seen: &Seen| {
        sent.send(seen).hang_after(allowance.load(Ordering::SeqCst))
    });
    let setup = Setup::new(&hub.hub.url());
    let mut kept = 0;
    let mut lost = 0;
    for kill in 0..KILLS {
        let allowance = random.usize(1..LENGTH / KILLS);
        allowed.store(allowance, Ordering::SeqCst);
        let before = (hub.cdn.gets().len(), hub.cdn.served());
        let running = setup.start();
        // By turns: at once, while an earlier part is read or the server is asked; after a random byte has been
        // written; and when everything that was sent has been written.
        let wanted = match kill % 4 {
            0 => 0,
            3 => kept + allowance as u64,
            _ => kept + random.u64(0..=allowance as u64),
        };
        wait_for_length(&setup.part(), wanted);
        if kill % 4 == 0 {
            // Some have not come far enough to be listened to.
            (0..random.usize(0..2000)).for_each(|_| thread::yield_now());
        }
        running.kill();
        let now = length(&setup.part());
        assert!(now >= kept.max(wanted), "kill {kill}: {now} bytes after {kept}");
        for seen in &hub.cdn.gets()[before.0..] {
            assert_eq!(seen.from(), kept, "kill {kill}: the download did not go on where it was");
        }
        lost += (hub.cdn.served() - before.1).saturating_sub(now - kept);
        kept = now;
    }
    assert!((1..LENGTH as u64).contains(&kept), "{kept}");
    allowed.store(LENGTH, Ordering::SeqCst);
    let outcome = setup.run();
    outcome.assert_done(&setup, content.bytes());
    assert_eq!(hub.cdn.gets().last().unwrap().from(), kept);
    // What is served twice was still on its way when the program was killed.
    assert!(
        hub.cdn.served() <= LENGTH as u64 + lost,
        "{} bytes for {LENGTH}, {lost} on their way",
        hub.cdn.served()
    );
    assert!(lost < LENGTH as u64, "{lost}");
    println!(
        "{KILLS} kills: {} bytes served for {LENGTH}, {lost} of them on their way at a kill",
        hub.cdn.served()
    );
}
