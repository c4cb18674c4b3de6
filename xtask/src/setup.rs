//! What must be on the machine before anything is built.

use crate::failure::Failure;
use crate::step::{output_of, step};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

/// What the machine is made ready for; each purpose needs what the one before it needs, and more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// The `wasan` command: a linker and a Vulkan driver (a software one where there is no GPU).
    Terminal,
    /// The window: WebKitGTK, and Node.js for the front end.
    Window,
    /// The tests: a virtual display, a window manager, a driver for the webview, and pip for the fixtures.
    Tests,
}

const DEBIAN_PACKAGES: &[(Purpose, &[&str])] = &[
    (Purpose::Terminal, &["build-essential", "pkg-config", "libvulkan1", "mesa-vulkan-drivers"]),
    (Purpose::Window, &["libwebkit2gtk-4.1-dev", "libsoup-3.0-dev", "libgtk-3-dev", "librsvg2-dev"]),
    (Purpose::Tests, &["xvfb", "openbox", "webkit2gtk-driver", "xdotool", "python3-gi", "gir1.2-gtk-3.0"]),
];

/// SwiftShader, a second software driver for the tests: Debian has it in a package of Chromium's.
const SECOND_DRIVER: (&str, &str) = ("chromium-common", "/usr/lib/chromium/vk_swiftshader_icd.json");

/// Node.js's major and minor version that the front end's bundler asks for.
const NODE_NEEDED: (u32, u32) = (20, 19);

/// Makes the machine ready for `purpose`: installs what is missing on Debian and its relatives, says what is needed
/// elsewhere. A second run installs nothing.
///
/// # Errors
/// A package that cannot be installed, and a missing or old Node.js.
pub fn install(purpose: Purpose) -> Result<(), Failure> {
    if cfg!(target_os = "linux") {
        install_packages(purpose)?;
    } else if cfg!(target_os = "macos") {
        println!("Needed: the Xcode command line tools (xcode-select --install).");
    } else if cfg!(windows) {
        println!("Needed: the Visual Studio Build Tools with C++, and WebView2 (part of Windows 11).");
    }
    if purpose >= Purpose::Window { check_node() } else { Ok(()) }
}

fn install_packages(purpose: Purpose) -> Result<(), Failure> {
    let mut wanted = packages_for(purpose);
    if !is_debian() {
        println!("Needed, under the names that this system gives them: {}", wanted.join(" "));
        return Ok(());
    }
    // Not a fixed entry: pip also comes with Pythons that are no Debian package.
    if purpose == Purpose::Tests && !has_pip() {
        wanted.push("python3-pip");
    }
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${Package} ${db:Status-Status}\\n"]).args(&wanted);
    let missing = missing_packages(&wanted, &output_of(&mut query, "install dpkg")?);
    if missing.is_empty() {
        println!("All {} system packages are installed.", wanted.len());
        return Ok(());
    }
    let hint = format!("as root, run: apt-get update && apt-get install {}", missing.join(" "));
    step("Package lists", &hint, apt_get()?.arg("update"))?;
    step(
        &format!("Install {}", missing.join(" ")),
        &hint,
        apt_get()?.args(["install", "--yes", "--no-install-recommends"]).args(&missing),
    )
}

/// SwiftShader's manifest for the Vulkan loader; none where no package of this system has it.
pub fn second_driver() -> Option<&'static Path> {
    let (package, manifest) = (SECOND_DRIVER.0, Path::new(SECOND_DRIVER.1));
    if !manifest.exists() && is_debian() {
        let installed = apt_get().and_then(|mut apt_get| {
            step(
                &format!("Install {package}"),
                "none is needed: the tests run on one driver",
                apt_get.args(["install", "--yes", "--no-install-recommends", package]),
            )
        });
        if let Err(failure) = installed {
            println!("{failure}");
        }
    }
    manifest.exists().then_some(manifest)
}

fn packages_for(purpose: Purpose) -> Vec<&'static str> {
    DEBIAN_PACKAGES
        .iter()
        .filter(|(needed_for, _)| *needed_for <= purpose)
        .flat_map(|(_, packages)| packages.iter().copied())
        .collect()
}

/// Those of `wanted` that dpkg-query's answer, lines of `NAME STATUS`, does not call installed.
fn missing_packages<'a>(wanted: &[&'a str], answer: &str) -> Vec<&'a str> {
    let installed: BTreeSet<&str> =
        answer.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    wanted.iter().copied().filter(|package| !installed.contains(package)).collect()
}

fn is_debian() -> bool {
    succeeds(Command::new("dpkg-query").arg("--version"))
}

fn has_pip() -> bool {
    succeeds(Command::new("python3").args(["-m", "pip", "--version"]))
}

fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// `apt-get` that asks nothing, through sudo unless this is root already.
fn apt_get() -> Result<Command, Failure> {
    let user = output_of(Command::new("id").arg("-u"), "install coreutils")?;
    let mut command = Command::new(if user.trim() == "0" { "env" } else { "sudo" });
    if user.trim() != "0" {
        command.arg("env");
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(command)
}

fn check_node() -> Result<(), Failure> {
    let hint = format!(
        "install Node.js {}.{} or newer, from nodejs.org or your system",
        NODE_NEEDED.0, NODE_NEEDED.1
    );
    let found = output_of(Command::new("node").arg("--version"), &hint)?;
    match node_version(&found) {
        Some(version) if version >= NODE_NEEDED => Ok(()),
        _ => Err(Failure::OldNode { needed: NODE_NEEDED, found: found.trim().to_owned() }),
    }
}

/// Major and minor of a version like `v20.19.1`.
fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_half_there_or_unknown_is_missing() {
        let answer = "xvfb installed\nopenbox config-files\nxdotool installed\n";
        assert_eq!(missing_packages(&["xvfb", "openbox", "xdotool", "x"], answer), ["openbox", "x"]);
        assert!(missing_packages(&["xvfb", "xdotool"], answer).is_empty());
    }

    #[test]
    fn the_terminal_needs_no_window_packages() {
        let terminal = packages_for(Purpose::Terminal);
        assert!(terminal.contains(&"mesa-vulkan-drivers") && !terminal.contains(&"libgtk-3-dev"));
        let tests = packages_for(Purpose::Tests);
        assert!(terminal.iter().chain(&["libgtk-3-dev", "xvfb"]).all(|package| tests.contains(package)));
    }

    #[test]
    fn node_versions_are_compared_by_number() {
        assert_eq!(node_version("v20.9.0\n"), Some((20, 9)));
        assert!(node_version("v20.9.0") < Some(NODE_NEEDED));
        assert!(node_version("v22.12.0") > Some(NODE_NEEDED));
        assert_eq!(node_version(""), None);
        assert_eq!(node_version("vNext.1"), None);
    }
}
