//! Exports translated documents as TMX and as bilingual web pages.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::access::Access;
use crate::error::{Error, Result};
use crate::files;
use crate::job_id::JobId;
use crate::languages::LanguagePair;
use crate::names::bilingual_path;
use crate::quality::{Grade, Summary};
use crate::review::Filter;
use crate::segment::Segment;
use crate::translator::Translator;

impl Translator {
    /// Writes the segments of translated documents of one pair as TMX 1.4 to a new file; returns their number. Segments
    /// that keep their source are left out.
    ///
    /// # Errors
    /// [`Error::NoSuchJob`], also for a job of another pair; a file that exists or cannot be written; a store that cannot
    /// be read.
    pub fn export_units(&self, pair: &LanguagePair, jobs: &[JobId], path: &Path) -> Result<usize> {
        let mut units: Vec<(String, String)> = Vec::new();
        let mut sources = Vec::new();
        for job in jobs.iter().copied() {
            let row = self.job(job)?;
            if row.pair != *pair {
                return Err(Error::NoSuchJob(job));
            }
            sources.push(row.input);
            let segments = self.segments(job, Filter::All)?;
            let translated = segments.into_iter().filter(|segment| segment.status.is_translated());
            units.extend(translated.map(|segment| (segment.source, segment.target)));
        }
        units.sort();
        units.dedup();
        let texts: Vec<(&str, &str)> =
            units.iter().map(|(source, target)| (source.as_str(), target.as_str())).collect();
        let sources: Vec<&Path> = sources.iter().map(PathBuf::as_path).collect();
        let bytes = documents::tmx_tbx::write_units(&texts, &pair.from, &pair.to);
        files::write(path, &bytes, &Access::of(&sources))?;
        Ok(units.len())
    }

    /// Writes a bilingual web page of a translated document beside its translation and returns the path:
    /// `report.en.docx.de-en.html`, or the next free `report.en.docx.de-en-2.html`.
    ///
    /// # Errors
    /// As [`Translator::export_units`].
    pub fn export_beside(&self, job: JobId, output: &Path) -> Result<PathBuf> {
        let pair = self.job(job)?.pair;
        let mut name = bilingual_path(output, &pair, "");
        for number in 2.. {
            match self.export_bilingual(job, &name) {
                Err(Error::Exists(_)) => name = bilingual_path(output, &pair, &format!("-{number}")),
                written => return written.map(|()| name),
            }
        }
        Err(Error::Exists(name))
    }

    /// Writes a bilingual web page of a translated document to a new file.
    ///
    /// # Errors
    /// As [`Translator::export_units`].
    pub fn export_bilingual(&self, job: JobId, path: &Path) -> Result<()> {
        let row = self.job(job)?;
        let segments = self.segments(job, Filter::All)?;
        let title = row.input.file_name().unwrap_or_default().to_string_lossy();
        let page = page(&title, &row.pair, &segments);
        let sources: Vec<&Path> =
            [Some(&row.input), row.output.as_ref()].into_iter().flatten().map(PathBuf::as_path).collect();
        files::write(path, page.as_bytes(), &Access::of(&sources))
    }
}

// What the colours of rows mean.
const LEGEND: &str = "<p><span class=\"poor\">red</span>: probably wrong; <span class=\"review\">yellow</span>: may be \
    wrong, or a check failed</p>\n";

fn page(title: &str, pair: &LanguagePair, segments: &[Segment]) -> String {
    let (title, from, to) = (escape(title), &pair.from, &pair.to);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{to}\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<style>\n\
         table {{ border-collapse: collapse; width: 100%; table-layout: fixed; font-family: sans-serif }}\n\
         td {{ border: 1px solid #999; padding: 0.4em; vertical-align: top; white-space: pre-wrap }}\n\
         .review {{ background: #fff3c4 }}\n.poor {{ background: #ffd5cc }}\n</style>\n<h1>{title}</h1>\n"
    );
    let summary: Summary = segments.iter().map(|segment| segment.quality).collect();
    if summary.poor > 0 {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "<p>{}</p>", escape(&summary.to_string()));
    }
    if segments.iter().any(|segment| segment.status.is_to_review()) {
        page.push_str(LEGEND);
    }
    page.push_str("<table>\n");
    for segment in segments {
        let class = match segment.quality.map(|quality| quality.grade) {
            Some(Grade::Poor) => " class=\"poor\" title=\"probably wrong\"",
            Some(Grade::Doubtful) => " class=\"review\" title=\"may be wrong\"",
            _ if segment.status.is_to_review() => " class=\"review\" title=\"to review\"",
            _ => "",
        };
        let _ = writeln!(
            page,
            "<tr{class}><td lang=\"{from}\" dir=\"auto\">{}</td><td lang=\"{to}\" dir=\"auto\">{}</td></tr>",
            escape(&segment.source),
            escape(&segment.target)
        );
    }
    page.push_str("</table>\n</html>\n");
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentence_report::SentenceStatus;

    #[test]
    fn text_is_escaped_in_the_page() {
        let segment = Segment {
            index: 0,
            block: 0,
            source: "<script>alert(\"1\")</script> & mehr".to_owned(),
            target: "</table>".to_owned(),
            status: SentenceStatus::Kept,
            reasons: Vec::new(),
            spans: Vec::new(),
            tagged: None,
            terms: crate::glossary::Terms::default(),
            quality: None,
        };
        let page = page("</title>", &"de-en".parse().expect("a pair"), &[segment]);
        assert!(page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; mehr"), "{page}");
        assert_eq!(page.matches("</table>").count(), 1);
        assert_eq!(page.matches("</title>").count(), 1);
        assert!(page.contains("class=\"review\""));
    }
}
