//! Sentences → engine requests: prompts, limits, weights, given outputs, glossary biases, alignment.

use std::ops::Range;
use std::sync::Arc;

use documents::Link;
use engine::{BeamOptions, Choice, GlossaryTerm, Joint, Output, Request, Status};
use model_files::Tokenizer;

use crate::alignment::{self, Pieces};
use crate::context::{self, MAX_TOKEN_BYTES};
use crate::error::{Error, Result};
use crate::glossary::{Term, TermMatch};
use crate::languages::LanguagePair;
use crate::model_set::{LARGE, ModelSet, SOURCE};
use crate::prompt::Prompt;

// Enough candidates to find a shorter wording.
const MAX_BEAMS: u32 = 8;

// Sentences of the context get at most this part of the positions, since each is computed for every sentence that follows.
const CONTEXT_PART: usize = 8;

// Each form of a term begins with one of the few tokens that can be biased.
const MAX_BIASED_TERMS: usize = 32;

/// Builds the requests for a job's sentences, for one pair and the models of one batch.
pub(crate) struct RequestBuilder {
    // One per model, in the batch's order.
    prompts: Vec<Prompt>,
    pub tokenizer: Arc<Tokenizer>,
    pub end_tokens: Vec<u32>,
    /// Whether a prompt has no token that ends the output, so that a line end does.
    pub ends_at_line: bool,
    // The tokens that end a line, if that ends the output.
    line_ends: Arc<[u32]>,
    // Σ|weight| of the recipe, by which the sum is sharper than the normalized one that decodes.
    whole: f32,
    /// For each term of the recipe, the index of its model in the batch.
    pub term_to_model: Vec<usize>,
    // The terms, in the batch's order.
    terms: Vec<String>,
    // Weights of the models that score a given output, whose absolute values add up to 1.
    scoring: Vec<f32>,
    context: usize,
    // Number of sequences that decode at once.
    sequences: u32,
    // Of the opposite direction with the same models.
    reverse: Option<Box<RequestBuilder>>,
}

/// The sentences before one that are in its prompts, and the tokens that they add to all of these.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub text: String,
    pub tokens: usize,
}

impl RequestBuilder {
    /// # Errors
    /// A model without a prompt, a prompt that cannot be parsed.
    pub fn new(
        models: &ModelSet,
        joint: &Joint,
        tokenizer: &Arc<Tokenizer>,
        pair: &LanguagePair,
    ) -> Result<Self> {
        let mut forward = Self::in_direction(models, joint, tokenizer, pair)?;
        let back = LanguagePair { from: pair.to.clone(), to: pair.from.clone() };
        let mut reverse = Self::in_direction(models, joint, tokenizer, &back)?;
        reverse.read_by_specialist();
        forward.reverse = Some(Box::new(reverse));
        Ok(forward)
    }

    fn in_direction(
        models: &ModelSet,
        joint: &Joint,
        tokenizer: &Arc<Tokenizer>,
        pair: &LanguagePair,
    ) -> Result<Self> {
        let order = models.batch_order();
        let mut term_to_model = vec![0; order.len()];
        order.iter().enumerate().for_each(|(model, &term)| term_to_model[term] = model);
        let mut prompts = Vec::new();
        let mut end_tokens = Vec::new();
        let mut ends_at_line = false;
        for member in order.iter().map(|&index| &models.members[index]) {
            let info = &member.entry.info;
            let template = info.prompt.as_deref().ok_or_else(|| Error::MissingTerm(member.term.clone()))?;
            prompts.push(Prompt::parse(template, tokenizer, pair)?);
            end_tokens.extend(&info.end_tokens);
            ends_at_line |= template.trim_end().ends_with(':');
        }
        end_tokens.sort_unstable();
        end_tokens.dedup();
        Ok(Self {
            prompts,
            tokenizer: Arc::clone(tokenizer),
            end_tokens,
            ends_at_line,
            line_ends: if ends_at_line { tokenizer.line_ends().into() } else { Arc::default() },
            whole: models.whole(),
            term_to_model,
            terms: order.iter().map(|&index| models.members[index].term.clone()).collect(),
            scoring: order.iter().map(|&index| models.members[index].weight / models.whole()).collect(),
            context: joint.context() as usize,
            sequences: joint.sequences(),
            reverse: None,
        })
    }

    /// The nearest of the sentences before one as its context; empty if no prompt has a place for it.
    pub fn context(&self, before: &[&str], language: &str) -> Result<String> {
        match self.prompts.iter().any(Prompt::has_context) {
            true => context::nearest(before, self.context / CONTEXT_PART, &self.tokenizer, language),
            false => Ok(String::new()),
        }
    }

    /// A sentence in its context as prompts and an output limit; `None` if it does not fit.
    pub fn request(&self, sentence: &str, context: &str, base: &Request) -> Result<Option<Request>> {
        // Some tokenizers need quadratic time for a word.
        if sentence.len() / MAX_TOKEN_BYTES > self.context {
            return Ok(None);
        }
        let source = self.tokenizer.encode(sentence)?;
        let prompts = self.prompts.iter().map(|prompt| prompt.render(sentence, context, &self.tokenizer));
        let prompts: Vec<Vec<u32>> = prompts.collect::<std::result::Result<_, _>>()?;
        // A longer output is no translation; at least half of the context is left for it.
        let limit = (3 * source.len() + 32).min(self.context / 2);
        let longest = prompts.iter().map(Vec::len).max().unwrap_or(0);
        if longest + source.len() + source.len() / 2 + 16 > self.context {
            return Ok(None);
        }
        Ok(Some(Request {
            shared: self.prompts.iter().map(|prompt| prompt.shared_prefix().len()).collect(),
            prompts,
            source,
            limit: limit as u32,
            end_tokens: self.end_tokens.clone(),
            line_ends: Arc::clone(&self.line_ends),
            // A temperature is that of the recipe's sum.
            choice: Choice { temperature: base.choice.temperature / self.whole, ..base.choice },
            ..base.clone()
        }))
    }

    /// As [`Self::request`], with as much of the context as fits: all or nothing.
    pub fn request_in(
        &self,
        sentence: &str,
        context: String,
        base: &Request,
    ) -> Result<Option<(Request, Context)>> {
        let Some(alone) = self.request(sentence, "", base)? else { return Ok(None) };
        let tokens = |request: &Request| request.prompts.iter().map(Vec::len).sum::<usize>();
        if !context.is_empty()
            && let Some(request) = self.request(sentence, &context, base)?
        {
            let tokens = tokens(&request).saturating_sub(tokens(&alone));
            return Ok(Some((request, Context { text: context, tokens })));
        }
        Ok(Some((alone, Context::default())))
    }

    /// The weights of L alone.
    pub fn large_alone(&self) -> Vec<f32> {
        self.alone(LARGE)
    }

    // The weights of one term's model alone.
    fn alone(&self, alone: &str) -> Vec<f32> {
        self.terms.iter().map(|term| if term == alone { 1.0 } else { 0.0 }).collect()
    }

    // In the opposite direction the specialist for the source language judges as well as the sum, for the cost of one model.
    fn read_by_specialist(&mut self) {
        let specialists = self.terms.iter().zip(&self.scoring).filter(|(term, _)| *term == SOURCE);
        if specialists.into_iter().any(|(_, weight)| *weight > 0.0) {
            self.scoring = self.alone(SOURCE);
        }
    }

    /// A request that reads the log-probability of each token of `target` as the translation of `source` in its context, and
    /// of the `end` token after it, under the recipe's sum; `None` if both do not fit the context.
    pub fn forward(
        &self,
        (source, context): (&str, &str),
        target: &str,
        end: Option<u32>,
    ) -> Result<Option<Request>> {
        let mut request = self.forced((source, context), target, end)?;
        if request.is_none() {
            request = self.forced((source, ""), target, end)?;
        }
        Ok(request.map(|mut request| {
            share_prompts(&mut request);
            request
        }))
    }

    /// The same for `source` as the translation of `target` without context, under the specialist for the source's language,
    /// or under the sum if the recipe has none.
    pub fn reverse(&self, source: &str, target: &str, end: Option<u32>) -> Result<Option<Request>> {
        self.reverse.as_ref().map_or(Ok(None), |reverse| reverse.forced((target, ""), source, end))
    }

    fn forced(
        &self,
        (prompt, context): (&str, &str),
        output: &str,
        end: Option<u32>,
    ) -> Result<Option<Request>> {
        let Some(mut ids) = self.output_ids(output)? else { return Ok(None) };
        let Some(request) = self.request(prompt, context, &Request::default())? else { return Ok(None) };
        ids.extend(end);
        let longest = request.prompts.iter().map(Vec::len).max().unwrap_or(0);
        let weights = self.scoring.clone();
        Ok((longest + ids.len() <= self.context).then_some(Request { weights, forced: Some(ids), ..request }))
    }

    // The tokens of an output that is given; `None` if it cannot fit, which is not encoded, since a tokenizer needs time.
    fn output_ids(&self, output: &str) -> Result<Option<Vec<u32>>> {
        if output.len() / MAX_TOKEN_BYTES > self.context {
            return Ok(None);
        }
        // After a colon the models begin with a space, and a line end is their end token.
        let spaced = self.ends_at_line.then(|| format!(" {output}"));
        Ok(Some(self.tokenizer.encode(spaced.as_deref().unwrap_or(output))?))
    }

    /// The tokens of the beginning of an output; `None` if it leaves no room for the rest.
    pub fn beginning(&self, text: &str) -> Result<Option<Vec<u32>>> {
        // The space after a word belongs to the token that follows.
        match text.trim() {
            "" => Ok(Some(Vec::new())),
            text => Ok(self.output_ids(text)?.filter(|ids| ids.len() < self.context / 2)),
        }
    }

    /// The token that ends an output of this prompt format, given one that ended by itself.
    pub fn end_of(&self, output: &Output) -> Result<Option<u32>> {
        let last = output.tokens.last().map(|token| token.id);
        match last.filter(|id| output.status == Status::Ended && self.end_tokens.contains(id)) {
            None if self.ends_at_line => Ok(self.tokenizer.encode("\n")?.last().copied()),
            last => Ok(last),
        }
    }

    /// A beam search for several candidates, without the usual preference for long ones; `None` if only one sequence
    /// decodes at once.
    pub fn beams(&self) -> Option<BeamOptions> {
        let beams = self.sequences.min(MAX_BEAMS);
        (beams > 1).then_some(BeamOptions { beams, length_penalty: 0.0, n_best: beams })
    }

    /// The token ids of a text as the first and as a later word of an output, which a tokenizer may encode differently.
    pub fn forms(&self, text: &str) -> Result<Vec<Vec<u32>>> {
        let mut forms = vec![self.tokenizer.encode(text)?];
        let later = self.tokenizer.encode(&format!(" {text}"))?;
        if !forms.contains(&later) {
            forms.push(later);
        }
        Ok(forms)
    }

    /// The terms that certainly occur in a sentence, as the engine biases them.
    pub fn glossary_bias(&self, hits: &[TermMatch], bonus: f32) -> Result<Vec<GlossaryTerm>> {
        self.term_bias(hits.iter().filter(|hit| hit.certain).map(|hit| &hit.term), bonus)
    }

    /// Terms as the engine biases them.
    pub fn term_bias<'a>(
        &self,
        terms: impl IntoIterator<Item = &'a Term>,
        bonus: f32,
    ) -> Result<Vec<GlossaryTerm>> {
        let bias = |term: &Term| Ok(GlossaryTerm { forms: self.forms(&term.target)?, bonus });
        terms.into_iter().take(MAX_BIASED_TERMS).map(bias).collect()
    }

    /// For each model, the range of prompt tokens whose attention is recorded to align the output with the sentence.
    pub fn alignment_ranges(&self, sentence: &str, context: &str) -> Result<Vec<Range<usize>>> {
        let located = self.prompts.iter().map(|prompt| prompt.locate(sentence, context, &self.tokenizer));
        Ok(alignment::ranges(&located.collect::<std::result::Result<Vec<_>, _>>()?))
    }

    /// Which words of an output came from which words of its sentence, which had this context.
    pub fn links(&self, sentence: &str, context: &str, output: &Output) -> Result<Vec<Link>> {
        let Some(prompt) = self.prompts.first() else { return Ok(Vec::new()) };
        let located = prompt.locate(sentence, context, &self.tokenizer)?;
        let ids: Vec<u32> = output.tokens.iter().map(|token| token.id).collect();
        let words = ids.iter().copied().filter(|id| !self.end_tokens.contains(id)).collect::<Vec<u32>>();
        let target = Pieces::of_output(&self.tokenizer, &words)?;
        let source = Pieces { text: sentence.to_owned(), ranges: located.pieces };
        Ok(alignment::links(&source, &target, &output.attention))
    }
}

// Marks the whole prompts as shared, since the other translation that it is compared with has the same.
fn share_prompts(request: &mut Request) {
    request.shared = request.prompts.iter().map(Vec::len).collect();
}
