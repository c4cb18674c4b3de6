//! `wasan tokens`: the token ids of texts, and the texts decoded from them.

use std::io::{BufRead, IsTerminal, stdin};

use clap::Args;
use translation::{Problem, Tokenizer};

use crate::arguments::LibraryArgs;
use crate::failure::Failure;
use crate::results::print_result;
use crate::terminal::note;

#[derive(Args)]
pub struct Tokens {
    /// The model: a name from `wasan models list`, an imported folder, a Hugging Face folder, a tokenizer.json or a GGUF
    /// file
    #[arg(long, value_name = "FILE-OR-DIR")]
    model: String,
    /// The texts [default: the lines of standard input]
    texts: Vec<String>,
    #[command(flatten)]
    library: LibraryArgs,
    /// Print JSON, an object a line: {"text": …, "ids": [id, …], "decoded": …}
    #[arg(long)]
    json: bool,
}

impl Tokens {
    pub fn run(self) -> Result<(), Failure> {
        let tokenizer = translation::tokenizer(self.library.models.as_deref(), &self.model)?;
        if !self.texts.is_empty() {
            return self.texts.iter().try_for_each(|text| show(&tokenizer, text, self.json));
        }
        if stdin().is_terminal() {
            note!("Type a line to see its tokens; end with Ctrl-D (Ctrl-Z on Windows).");
        }
        let mut input = stdin().lock();
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            let read = input.read_until(b'\n', &mut line);
            if read.map_err(|error| unreadable(number, &error.to_string()))? == 0 {
                break;
            }
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let text = std::str::from_utf8(text).map_err(|_| unreadable(number, "it is not UTF-8"))?;
            show(&tokenizer, text, self.json)?;
        }
        Ok(())
    }
}

/// Prints `ids<TAB>decoded`, or JSON.
fn show(tokenizer: &Tokenizer, text: &str, json: bool) -> Result<(), Failure> {
    let ids = tokenizer.encode(text).map_err(translation::Error::from)?;
    let decoded = tokenizer.decode(&ids).map_err(translation::Error::from)?;
    if json {
        let line = serde_json::json!({"text": text, "ids": ids, "decoded": decoded});
        return print_result(&line.to_string());
    }
    let ids: Vec<String> = ids.iter().map(u32::to_string).collect();
    print_result(&format!("{}\t{decoded}", ids.join(" ")))
}

fn unreadable(number: usize, reason: &str) -> Failure {
    Failure::from(Problem {
        code: "input".to_owned(),
        message: format!("cannot read line {number} of standard input: {reason}"),
        hint: "Supply UTF-8 text; the lines before it are shown.".to_owned(),
    })
}
