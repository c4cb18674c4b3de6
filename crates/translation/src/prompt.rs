//! tmp
use crate::languages::{Pair, language};
use model_files::Tokenizer;
/// e
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// m
    #[error(transparent)]
    Model(#[from] model_files::Error),
}
/// p
pub struct Prompt {
    template: String,
    prefix: Vec<u32>,
}
impl Prompt {
    /// parse
    pub fn parse(template: &str, _t: &Tokenizer, pair: &Pair) -> Result<Self, Error> {
        let n = |c: &str| language(c).map_or("", |l| l.name).to_owned();
        Ok(Self {
            template: template
                .replace("{from}", &pair.from)
                .replace("{to}", &pair.to)
                .replace("{from_name}", &n(&pair.from))
                .replace("{to_name}", &n(&pair.to)),
            prefix: vec![],
        })
    }
    /// render
    pub fn render(&self, source: &str, t: &Tokenizer) -> Result<Vec<u32>, Error> {
        let mut ids = vec![];
        let mut rest = self.template.as_str();
        let mut run = String::new();
        while !rest.is_empty() {
            if let Some((s, id)) = t.specials().find(|(s, _)| rest.starts_with(s)) {
                if !run.is_empty() {
                    ids.extend(t.encode(&run.replace("{source}", source))?);
                    run.clear();
                }
                ids.push(id);
                rest = &rest[s.len()..];
            } else {
                let c = rest.chars().next().unwrap();
                run.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        if !run.is_empty() {
            ids.extend(t.encode(&run.replace("{source}", source))?);
        }
        Ok(ids)
    }
    /// prefix
    pub fn shared_prefix(&self) -> &[u32] {
        &self.prefix
    }
}
