//! Three of the starter models, German to English, as the program ships them.

use std::path::Path;
use std::sync::Arc;

use engine::{Batch, BatchOptions, Device, Joint, JointOptions, Llama, Request, map_file};
use model_files::{Model, Tokenizer};

/// Everyday German.
pub const SENTENCES: [&str; 16] = [
    "Guten Morgen.",
    "Ich habe heute keine Zeit.",
    "Wo ist der Bahnhof?",
    "Tom hat seiner Mutter gestern einen langen Brief geschrieben.",
    "Es regnet.",
    "Kannst du mir bitte helfen, die schwere Kiste in den Keller zu tragen?",
    "Sie spricht sehr gut Deutsch und ein wenig Englisch.",
    "Das Buch liegt auf dem Tisch.",
    "Warum bist du so müde?",
    "Wir gehen jeden Sonntag mit den Kindern in den Park.",
    "Der Zug ist schon abgefahren.",
    "Maria weiß nicht, was sie tun soll.",
    "Ich möchte ein Glas Wasser.",
    "Er kam zu spät zur Schule, weil er den Bus verpasst hatte.",
    "Hast du Hunger?",
    "Alle waren überrascht, als die Sonne plötzlich schien.",
];

/// `<|end_of_text|>` of the shared vocabulary.
pub const END: u32 = 1;

/// L, S_src and S_tgt on a device.
pub struct Starter {
    pub device: Device,
    pub llamas: [Arc<Llama>; 3],
    pub tokenizer: Tokenizer,
}

impl Starter {
    pub fn on(device: Device) -> Self {
        let open = |name: &str| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/starter").join(name);
            Model::open(&folder, &map_file).expect("the starter models are part of the repository")
        };
        let load = |name| Arc::new(Llama::load(&device, &open(name), &mut |_, _| {}).expect("loads"));
        let llamas = ["large", "small-de", "small-en"].map(load);
        let tokenizer = open("large").tokenizer().expect("has a tokenizer");
        Self { device, llamas, tokenizer }
    }

    /// The models with these weights.
    pub fn terms(&self, weights: [f32; 3]) -> Vec<(Arc<Llama>, f32)> {
        self.llamas.iter().cloned().zip(weights).collect()
    }

    /// L + S_src + S_tgt for `sequences` sequences.
    pub fn batch(&self, sequences: u32) -> Batch {
        self.batch_of([1.0; 3], sequences)
    }

    /// The sum with these weights.
    pub fn batch_of(&self, weights: [f32; 3], sequences: u32) -> Batch {
        let options = JointOptions { sequences, context: 256 };
        let joint = Joint::new(&self.device, &self.terms(weights), &options).expect("fits");
        Batch::new(joint, BatchOptions::default())
    }

    /// `<|begin_of_text|><|de|>… <|en|>`.
    pub fn prompt(&self, german: &str) -> Vec<u32> {
        let mut prompt = vec![0, 3];
        prompt.extend(self.tokenizer.encode(german).expect("encodes"));
        prompt.push(4);
        prompt
    }

    /// The same prompt for all three models, greedy.
    pub fn request(&self, german: &str) -> Request {
        Request {
            prompts: vec![self.prompt(german); 3],
            source: self.tokenizer.encode(german).expect("encodes"),
            limit: 40,
            end_tokens: vec![END],
            alternatives: 2,
            ..Request::default()
        }
    }
}
