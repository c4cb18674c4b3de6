//! The part of a prompt for the sentences before the text to translate, which is left out where there are none.

/// The placeholder of the sentences before the text.
pub const CONTEXT: &str = "{context}";
const START: &str = "{if_context}";
const END: &str = "{end_context}";

/// The names of its placeholders.
pub(crate) const PLACEHOLDERS: [&str; 3] = [CONTEXT, START, END];

/// The part that [`Instruction::default`](crate::Instruction) begins with.
pub(crate) const DEFAULT: &str = "{if_context}Context (do not translate it): {context}\n\n{end_context}";

/// A prompt for a text that stands alone, and for one with sentences before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptForms {
    /// Without the part for context.
    pub alone: String,
    /// With it, and with the placeholder [`CONTEXT`] in it; none if the prompt has no such part.
    pub in_context: Option<String>,
}

impl PromptForms {
    /// The forms of a prompt; `None` if its placeholders of context do not make one part,
    /// `{if_context}…{context}…{end_context}`, beside the text to translate.
    ///
    /// ```
    /// let forms = model_files::PromptForms::of("{if_context}Before: {context}\n{end_context}Text: {source}");
    /// let forms = forms.expect("one part for context");
    /// assert_eq!(forms.alone, "Text: {source}");
    /// assert_eq!(forms.in_context.as_deref(), Some("Before: {context}\nText: {source}"));
    /// ```
    pub fn of(prompt: &str) -> Option<Self> {
        if PLACEHOLDERS.iter().all(|name| !prompt.contains(name)) {
            return Some(Self { alone: prompt.to_owned(), in_context: None });
        }
        if PLACEHOLDERS.iter().any(|name| prompt.matches(name).count() != 1) {
            return None;
        }
        let (before, rest) = prompt.split_once(START)?;
        let (section, after) = rest.split_once(END)?;
        let is_whole = section.contains(CONTEXT) && !section.contains("{source}");
        is_whole.then(|| Self {
            alone: format!("{before}{after}"),
            in_context: Some(format!("{before}{section}{after}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_for_context_is_whole_and_stands_once() {
        assert_eq!(PromptForms::of("a {source}").and_then(|forms| forms.in_context), None);
        for wrong in [
            "{context} {source}",
            "{if_context}{source}",
            "{end_context}{context}{if_context}{source}",
            "{if_context}{context}{source}{end_context}",
            "{if_context}{end_context}{context}{source}",
            "{if_context}{context}{context}{end_context}{source}",
            "{if_context}{context}{end_context}{source}{if_context}{context}{end_context}",
        ] {
            assert_eq!(PromptForms::of(wrong), None, "{wrong}");
        }
    }
}
