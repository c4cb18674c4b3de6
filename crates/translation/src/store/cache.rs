//! The cache of finished sentences, keyed by everything that determines their translation.

use engine::BeamOptions as Beam;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use super::{Hash, Store, json, links_of_json, links_to_json, now, sha256, to_json};
use crate::error::Result;
use crate::glossary::TermMatch;
use crate::job::DecodeOptions;
use crate::job_id::JobId;
use crate::languages::LanguagePair;
use crate::reranking::Reranking;
use crate::sentence_report::{SentenceReport, SentenceStatus};

/// Version of prompting, decoding to text, and the choice among candidate translations. Incremented with each change of
/// them, so that older translations are not reused.
const FORMAT: u32 = 3;

/// What determines a sentence's translation besides models and decoding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CacheKeyInput<'a> {
    pub text: &'a str,
    /// The sentences before it from which its prompt takes its context.
    pub context: &'a [&'a str],
    /// Glossary terms found in it.
    pub terms: &'a [TermMatch],
    /// Texts that the translation must contain verbatim, else the sentence is retried.
    pub locked: &'a [&'a str],
    /// Whether word alignment is needed; translations without it have no links.
    pub marked: bool,
}

/// A hash of everything but the sentence that determines a job's translations: the models with their weights and prompts
/// (`models`), the language pair, and the decoding options.
#[derive(Debug, Clone)]
pub(crate) struct DecodingFingerprint(Hash);

impl DecodingFingerprint {
    /// `reranking`: the settings by which the models choose between several translations, if they do.
    pub fn new(
        models: &str,
        pair: &LanguagePair,
        options: &DecodeOptions,
        reranking: Option<&Reranking>,
    ) -> Self {
        let choice = options.choice();
        let beam = options.beam.map(Beam::from).map(|b| (b.beams, b.length_penalty.to_bits()));
        let decode = (choice.temperature.to_bits(), choice.top_p.to_bits(), choice.top_k, choice.seed, beam);
        let reranking = reranking.map(|r| (r.lambda.to_bits(), r.certain.to_bits(), r.branches));
        // What is stored of a sentence has a reconstruction or not.
        let full = options.reconstructs();
        Self(sha256(format!("{FORMAT}\0{pair}\0{decode:?}\0{reranking:?}\0{full}\0{models}").as_bytes()))
    }

    /// The key of a sentence.
    pub fn key(&self, input: &CacheKeyInput<'_>) -> Hash {
        let CacheKeyInput { text, context, terms, locked, marked } = *input;
        let mut digest = Sha256::new();
        digest.update(self.0);
        digest.update([u8::from(marked)]);
        digest.update((terms.len() as u64).to_le_bytes());
        let terms = terms.iter().flat_map(|hit| [&hit.term.source, &hit.term.target]);
        let terms = terms.map(String::as_str);
        digest.update((context.len() as u64).to_le_bytes());
        for text in
            [text].into_iter().chain(context.iter().copied()).chain(terms).chain(locked.iter().copied())
        {
            // Each text is hashed with its length, so that different lists cannot give the same bytes.
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        digest.finalize().into()
    }
}

impl Store {
    /// Stores a finished sentence and the progress of its job.
    pub fn cache_sentence(
        &self,
        key: &Hash,
        report: &SentenceReport,
        tokens: usize,
        job: JobId,
        done: usize,
    ) -> Result<()> {
        self.change(|change| {
            let mut insert = change.prepare_cached(
                "INSERT INTO sentence_cache VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT DO UPDATE
                 SET target = ?2, status = ?3, reasons = ?4, score = ?5, tokens = ?6, links = ?8, evidence = ?9",
            )?;
            let (status, reasons) = (to_json(&report.status), to_json(&report.reasons));
            insert.execute((
                key,
                &report.translation,
                status,
                reasons,
                report.score,
                tokens as i64,
                now(),
                links_to_json(&report.links),
                to_json(&report.evidence),
            ))?;
            add_use(change, key, job)?;
            set_done(change, job, done)
        })
    }

    /// Stores the progress of a job, the number of finished sentences, the last of which was in the cache.
    pub fn record_reuse(&self, key: &Hash, job: JobId, done: usize) -> Result<()> {
        self.change(|change| {
            add_use(change, key, job)?;
            set_done(change, job, done)
        })
    }

    /// The finished sentence with this key.
    pub fn cached_sentence(&self, key: &Hash, source: &str) -> Result<Option<SentenceReport>> {
        self.run(|db| {
            let mut select = db.prepare_cached(
                "SELECT target, status, reasons, score, links, evidence FROM sentence_cache WHERE key = ?",
            )?;
            let row = select.query_row([key], |row| {
                let status =
                    serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or(SentenceStatus::Doubtful);
                Ok(SentenceReport {
                    translation: row.get(0)?,
                    reasons: json(&row.get::<_, String>(2)?),
                    score: row.get(3)?,
                    links: links_of_json(&row.get::<_, String>(4)?),
                    evidence: json(&row.get::<_, String>(5)?),
                    ..SentenceReport::kept(source, status)
                })
            });
            row.optional()
        })
    }
}

/// Records that a document has a cached sentence. A sentence that was deleted meanwhile has no use.
pub(super) fn add_use(db: &Connection, key: &Hash, job: JobId) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO sentence_uses SELECT key, jobs.id FROM sentence_cache, jobs WHERE key = ?1 AND jobs.id = ?2
         ON CONFLICT DO NOTHING",
    )?;
    insert.execute((key, job.0 as i64))?;
    Ok(())
}

/// Deletes the finished sentences that only this document has.
pub(super) fn remove_of(db: &Connection, job: JobId) -> rusqlite::Result<()> {
    db.execute(
        "DELETE FROM sentence_cache
         WHERE key IN (SELECT key FROM sentence_uses WHERE job = ?1)
           AND NOT EXISTS (SELECT 1 FROM sentence_uses AS other WHERE other.key = sentence_cache.key AND job <> ?1)",
        [job.0 as i64],
    )?;
    Ok(())
}

fn set_done(db: &Connection, job: JobId, done: usize) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE jobs SET done = ?2 WHERE id = ?1")?.execute((job.0 as i64, done as i64))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use documents::LeftAlone;

    use super::*;
    use crate::glossary::Term;
    use crate::job::Estimate;

    fn term(source: &str, target: &str) -> TermMatch {
        TermMatch { term: Term { source: source.into(), target: target.into() }, certain: true }
    }

    /// Whatever may change a translation changes its key.
    #[test]
    fn a_changed_setting_finds_nothing() {
        let pair = |text: &str| text.parse::<LanguagePair>().expect("a pair");
        let options = DecodeOptions::default;
        let sampling = crate::Sampling { temperature: 1.0, top_p: 0.9, top_k: 5, seed: 0 };
        let seeded = crate::Sampling { seed: 1, ..sampling };
        let beam = crate::BeamOptions { beams: 4, length_penalty: 1.0, n_best: 1 };
        let print = DecodingFingerprint::new("L", &pair("de-en"), &options(), None);
        let reranking = |lambda| Reranking { lambda, certain: 0.0, branches: 2, measured: String::new() };
        let chosen = |settings| DecodingFingerprint::new("L", &pair("de-en"), &options(), Some(settings));
        let prints = [
            chosen(&reranking(0.5)),
            chosen(&reranking(1.0)),
            chosen(&Reranking { branches: 3, ..reranking(0.5) }),
            chosen(&Reranking { certain: -1.0, ..reranking(0.5) }),
            DecodingFingerprint::new("L + src", &pair("de-en"), &options(), None),
            DecodingFingerprint::new("L", &pair("en-de"), &options(), None),
            DecodingFingerprint::new(
                "L",
                &pair("de-en"),
                &DecodeOptions { sampling: Some(sampling), ..options() },
                None,
            ),
            DecodingFingerprint::new(
                "L",
                &pair("de-en"),
                &DecodeOptions { sampling: Some(seeded), ..options() },
                None,
            ),
            DecodingFingerprint::new(
                "L",
                &pair("de-en"),
                &DecodeOptions { estimate: Estimate::Full, ..options() },
                None,
            ),
            DecodingFingerprint::new(
                "L",
                &pair("de-en"),
                &DecodeOptions { beam: Some(beam), ..options() },
                None,
            ),
        ];
        let house = CacheKeyInput { text: "Haus", context: &[], terms: &[], locked: &[], marked: false };
        let mut keys: Vec<Hash> = prints.iter().map(|print| print.key(&house)).collect();
        let locked = ["Haus", "house"];
        keys.extend([
            print.key(&house),
            print.key(&CacheKeyInput { text: "Haus.", ..house }),
            print.key(&CacheKeyInput { terms: &[term("Haus", "house")], ..house }),
            print.key(&CacheKeyInput { terms: &[term("Haus", "home")], ..house }),
            print.key(&CacheKeyInput { terms: &[term("Hau", "shouse")], ..house }),
            print.key(&CacheKeyInput { locked: &locked, ..house }),
            print.key(&CacheKeyInput { locked: &locked[..1], ..house }),
            print.key(&CacheKeyInput { marked: true, ..house }),
            print.key(&CacheKeyInput { context: &locked, ..house }),
            print.key(&CacheKeyInput { context: &locked[..1], ..house }),
        ]);
        assert_eq!(keys.iter().collect::<std::collections::HashSet<_>>().len(), keys.len());
        assert_eq!(
            print.key(&house),
            DecodingFingerprint::new("L", &pair("de-en"), &options(), None).key(&house)
        );
    }

    #[test]
    fn a_cached_sentence_is_read_as_it_was_stored() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("is made");
        let mut report = SentenceReport::kept("Es regnet.", SentenceStatus::Doubtful);
        report.translation = "It's raining 3 times.".to_owned();
        report.reasons = vec![crate::Reason::Number("3".to_owned())];
        report.links = vec![documents::Link { source: 0..2, target: 0..4 }];
        report.evidence = Some(crate::quality::Evidence {
            source_tokens: 4,
            source_characters: 10,
            target_tokens: 6,
            mean: -0.25,
            reconstruction: Some(-0.75),
        });
        let key = sha256(b"a key");
        assert!(store.cached_sentence(&key, "Es regnet.").expect("reads").is_none());
        store.cache_sentence(&key, &report, 7, JobId(1), 1).expect("keeps");
        let found =
            Store::open(folder.path()).expect("opens").cached_sentence(&key, "Es regnet.").expect("reads");
        assert_eq!(found, Some(report));
    }

    #[test]
    fn a_finished_sentence_leaves_with_the_last_document_that_has_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path()).expect("is made");
        let add = |id: i64| {
            let sql = "INSERT INTO jobs (id, input, source_language, target_language, options, state, created, changed)
                       VALUES (?, 'a.txt', 'de', 'en', '{}', 'done', 1, 1)";
            store.run(|db| db.execute(sql, [id])).expect("adds");
        };
        [1, 2, 3].into_iter().for_each(add);
        let report = SentenceReport::kept("Es regnet.", SentenceStatus::Done);
        let [own, shared, read] = [&b"own"[..], b"shared", b"read"].map(sha256);
        let has = |key: &Hash| store.cached_sentence(key, "Es regnet.").expect("reads").is_some();
        store.cache_sentence(&own, &report, 7, JobId(1), 1).expect("keeps");
        store.cache_sentence(&shared, &report, 7, JobId(1), 2).expect("keeps");
        store.cache_sentence(&read, &report, 7, JobId(1), 3).expect("keeps");
        store.record_reuse(&shared, JobId(2), 1).expect("records");
        store
            .start_job(JobId(3), &own, (1, 1), false, &LeftAlone::default(), &[read, sha256(b"gone")])
            .expect("starts");
        store.set_state(JobId(3), crate::JobState::Done, None).expect("ends");
        store.forget(JobId(1)).expect("is done");
        assert_eq!([&own, &shared, &read].map(has), [false, true, true]);
        store.forget(JobId(2)).expect("is done");
        assert_eq!([&own, &shared, &read].map(has), [false, false, true]);
        store.forget(JobId(3)).expect("is done");
        assert!(!has(&read), "an empty queue holds no text");
        let unknown = store.start_job(JobId(9), &own, (1, 1), false, &LeftAlone::default(), &[]);
        assert!(matches!(unknown, Err(crate::Error::NoSuchJob(JobId(9)))), "{unknown:?}");
    }
}
