//! One file: what is there is kept, what is missing is fetched, and nothing gets its name that is not right.

use crate::client::{Client, Reply};
use crate::disk::Disk;
use crate::error::{Error, Result};
use crate::hub::{self, Source};
use crate::limits;
use crate::meter::Meter;
use crate::part::{self, Part};
use crate::retry::{Context, Retries};
use std::path::Path;
use std::time::{Duration, Instant};

/// Where bytes come from and go to.
pub struct Download<'a> {
    /// Limits, events and the wish to stop.
    pub context: &'a Context<'a>,
    /// The network.
    pub client: &'a Client<'a>,
    /// The disk.
    pub disk: &'a Disk,
}

impl Download<'_> {
    /// Makes `place` the file `source`; `again` asks the server anew what the file is. Returns its sha256.
    ///
    /// # Errors
    /// Whatever ends a download. What has been written stays, unless its hash is wrong.
    pub fn fetch(&self, place: &Path, source: Source, again: &dyn Fn() -> Result<Source>) -> Result<String> {
        let Context { events, stop, .. } = *self.context;
        let name = source.file.clone();
        let mut meter = Meter::new(events, &name, source.bytes);
        let mut hashing = |done, total| {
            stop.check()?;
            meter.verifying(done, total)
        };
        if let Some(sha256) = part::complete(place, &source, &mut hashing)? {
            part::discard(place)?;
            return Ok(sha256);
        }
        let mut part = Part::open(place, &source, &mut hashing)?;
        let mut retry = Retries::new(self.context, &name);
        let mut source = source;
        loop {
            let before = part.length();
            let Err(error) = self.continue_from(&source, &mut part, &mut meter) else {
                match self.verify(&part, &mut meter) {
                    Ok(sha256) => {
                        part.finish()?;
                        return Ok(sha256);
                    }
                    Err(error) => {
                        if part.distrust(&mut |done, total| meter.verifying(done, total))? {
                            continue;
                        }
                        part.discard()?;
                        return Err(error);
                    }
                }
            };
            if part.length() >= before.saturating_add(limits::PROGRESS_BYTES) {
                retry.progressed();
            }
            if let Err(error) = retry.after(error) {
                // What there is should survive a power cut too; that this failed is not what to tell.
                drop(part.sync());
                return Err(error);
            }
            // Addresses run out and files are replaced: ask again.
            source = retry.insist(again)?;
            if !part.is_of(&source) {
                part.restart(&source)?;
                meter = Meter::new(events, &name, source.bytes);
            }
        }
    }

    fn verify(&self, part: &Part, meter: &mut Meter) -> Result<String> {
        meter.verifying(part.length(), part.length())?;
        part.verified()
    }

    /// One connection: asks for what is missing of `part` and appends what comes.
    fn continue_from(&self, source: &Source, part: &mut Part, meter: &mut Meter) -> Result<()> {
        self.context.stop.check()?;
        meter.start(part.length())?;
        if part.length() == source.bytes {
            return Ok(());
        }
        // The address has the commit in it, but a mirror need not keep to it.
        let reply = self.client.get(&source.url, part.length(), &mut |reply| match hub::is_replaced(
            reply, source,
        ) {
            true => Err(Error::Changed { file: source.file.clone() }),
            false => Ok(()),
        })?;
        self.accept(&reply, source, part, meter)?;
        self.receive(reply, source, part, meter)
    }

    /// Checks that the body of `reply` is what `part` misses; a part that the server cannot resume starts anew.
    fn accept(&self, reply: &Reply, source: &Source, part: &mut Part, meter: &mut Meter) -> Result<()> {
        let unusable = |reason: String, retry| Error::Answer { host: reply.host.clone(), reason, retry };
        let mut start = 0;
        match reply.status {
            200 => {}
            206 => {
                let range = reply.header("content-range").and_then(content_range);
                let (from, total) = range.ok_or_else(|| {
                    unusable("it does not say which part of the file it is".to_owned(), true)
                })?;
                if from != part.length() {
                    let asked = part.length();
                    return Err(unusable(format!("it starts at byte {from} instead of {asked}"), true));
                }
                if let Some(found) = total.filter(|total| *total != source.bytes) {
                    return Err(Error::Size { file: source.file.clone(), expected: source.bytes, found });
                }
                start = from;
            }
            416 => {
                part.restart(source)?;
                return Err(unusable("it does not have the rest of the file".to_owned(), true));
            }
            _ if reply.at_endpoint => {
                let what = format!("file {} in {}", source.file, source.repository);
                return Err(hub::refusal(reply, &source.repository, &what, self.client.has_token()));
            }
            _ => return Err(hub::failure(reply)),
        }
        if reply.is_encoded() {
            return Err(unusable("it is compressed, which was not asked for".to_owned(), false));
        }
        if let Some(found) =
            reply.declared_bytes().map(|bytes| start + bytes).filter(|end| *end != source.bytes)
        {
            return Err(Error::Size { file: source.file.clone(), expected: source.bytes, found });
        }
        if start == part.length() {
            return Ok(());
        }
        part.restart(source)?;
        meter.start(0)
    }

    /// Appends the body of `reply` up to the size of `source`, whatever more may come.
    fn receive(&self, reply: Reply, source: &Source, part: &mut Part, meter: &mut Meter) -> Result<()> {
        let Context { settings, stop, .. } = *self.context;
        let mut body = reply.into_reader();
        let mut buffer = vec![0; limits::BLOCK_BYTES];
        let mut trickle = Trickle::new(settings.stall);
        while part.length() < source.bytes {
            stop.check()?;
            let missing = source.bytes - part.length();
            let block = buffer.len().min(missing.try_into().unwrap_or(usize::MAX));
            let read = body.read(&mut buffer[..block])?;
            if read == 0 {
                return Err(body.ended_early());
            }
            part.append(&buffer[..read])?;
            meter.update(part.length())?;
            if trickle.is_too_slow(read as u64, Instant::now()) {
                return Err(body.stalled());
            }
            if part.unsynced() >= limits::SYNC_BYTES {
                part.sync()?;
                let soon = limits::SYNC_BYTES.min(source.bytes - part.length());
                self.disk.check(part.folder(), soon)?;
            }
        }
        Ok(())
    }
}

/// `bytes 100-199/200` or `bytes 100-199/*`: the first byte, and the size of the whole.
fn content_range(header: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, _) = range.split_once('-')?;
    let total = if total == "*" { None } else { Some(total.trim().parse().ok()?) };
    Some((first.trim().parse().ok()?, total))
}

/// Notices a connection that sends a byte now and then, so that it never stalls altogether.
struct Trickle {
    window: Duration,
    since: Instant,
    bytes: u64,
}

impl Trickle {
    fn new(window: Duration) -> Self {
        Self { window, since: Instant::now(), bytes: 0 }
    }

    fn is_too_slow(&mut self, bytes: u64, now: Instant) -> bool {
        self.bytes += bytes;
        let passed = now.saturating_duration_since(self.since);
        if passed < self.window {
            return false;
        }
        let slow = (self.bytes as f64) < passed.as_secs_f64() * limits::STALLED_BYTES_PER_SECOND as f64;
        (self.since, self.bytes) = (now, 0);
        slow
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Settings;
    use crate::protocol::Events;
    use crate::stop::Stop;
    use std::io::Read;

    #[test]
    fn a_disk_that_fills_up_ends_the_download_before_it_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let source = Source {
            repository: "org/name".to_owned(),
            file: "x".to_owned(),
            url: String::new(),
            commit: None,
            bytes: 2 * limits::SYNC_BYTES,
            etag: Some("tag".to_owned()),
            sha256: None,
            git: None,
        };
        let settings = Settings::read(&|_| None).unwrap();
        let (events, stop) = (Events::new(std::io::sink()), Stop::default());
        let context = Context { settings: &settings, events: &events, stop: &stop };
        let (client, disk) = (Client::new(&settings, None), Disk::with_free(&[limits::FREE_BYTES]));
        let download = Download { context: &context, client: &client, disk: &disk };
        let mut part = Part::open(&folder.path().join("x"), &source, &mut |_, _| Ok(())).unwrap();
        let mut meter = Meter::new(&events, "x", source.bytes);
        let reply = Reply::of(std::io::repeat(1).take(source.bytes));
        let error = download.receive(reply, &source, &mut part, &mut meter).unwrap_err();
        assert!(matches!(error, Error::DiskFull { .. }), "{error}");
        let kept = part.length() - limits::SYNC_BYTES;
        assert!(kept < limits::BLOCK_BYTES as u64 && part.unsynced() == 0, "{kept}");
    }

    #[test]
    fn ranges_are_read_or_refused() {
        assert_eq!(content_range("bytes 100-199/200"), Some((100, Some(200))));
        assert_eq!(content_range("bytes 100-199/*"), Some((100, None)));
        for wrong in ["", "bytes */200", "bytes 100/200", "items 1-2/3", "bytes -1-2/3", "bytes 1-2/x"] {
            assert_eq!(content_range(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_trickle_is_noticed_once_in_a_window() {
        let window = Duration::from_secs(10);
        let mut trickle = Trickle::new(window);
        let start = trickle.since;
        assert!(!trickle.is_too_slow(1, start + Duration::from_secs(9)));
        assert!(trickle.is_too_slow(1, start + Duration::from_secs(10)));
        assert!(!trickle.is_too_slow(limits::STALLED_BYTES_PER_SECOND * 10, start + Duration::from_secs(20)));
    }
}
