//! A display of the test's own, with a window manager, and a hand that carries files across it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A program that ends when it is dropped.
pub struct Guard(Child);

impl Guard {
    /// The process.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Both fail only where the program has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An X server without a screen.
pub struct Desktop {
    display: String,
    /// Settings and models of the user who runs the test are not touched.
    home: tempfile::TempDir,
    _programs: [Guard; 2],
}

impl Desktop {
    /// Returns when the X server takes connections.
    pub fn start() -> Self {
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]);
        let mut server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("Xvfb starts");
        let mut number = String::new();
        let output = server.stdout.take().expect("its output is a pipe");
        let server = Guard(server);
        BufReader::new(output).read_line(&mut number).expect("Xvfb says which display it took");
        let display = format!(":{}", number.trim());
        let mut manager = Command::new("openbox");
        let manager = manager.env("DISPLAY", &display).stderr(Stdio::null()).spawn().expect("openbox starts");
        let home = tempfile::tempdir().expect("a temporary folder");
        Self { display, home, _programs: [Guard(manager), server] }
    }

    /// Starts a program on this desktop.
    pub fn spawn(&self, command: &mut Command) -> Guard {
        let command = command.env("DISPLAY", &self.display).env("GDK_BACKEND", "x11");
        let command = command.env_remove("WAYLAND_DISPLAY").env_remove("WASAN_DATA");
        for folder in ["XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
            command.env(folder, self.home.path().join(folder));
        }
        Guard(command.spawn().unwrap_or_else(|error| panic!("{error}: {command:?}")))
    }

    /// Takes files as from a file manager, and carries them over the middle of the app's window.
    pub fn take(&self, files: &[PathBuf]) -> Hand<'_> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("window/drag_source.py");
        let source = self.spawn(Command::new("/usr/bin/python3").arg(script).args(files));
        let (app, drag_source) = (self.window("^Wasan$"), self.window("^drag source$"));
        self.point(&["windowmove", &app, "0", "0", "windowmove", &drag_source, "1200", "300"]);
        // A window manager moves windows when it pleases.
        let mut from = self.middle(&drag_source);
        crate::until("the windows lie apart", || {
            from = self.middle(&drag_source);
            from.0 > 1200 && self.middle(&app).0 < 600
        });
        let to = self.middle(&app);
        let hand = Hand { desktop: self, to, _source: source };
        hand.moves_to(from);
        self.point(&["mousedown", "1"]);
        const STEPS: i32 = 20;
        for step in 1..=STEPS {
            hand.moves_to((from.0 + (to.0 - from.0) * step / STEPS, from.1 + (to.1 - from.1) * step / STEPS));
        }
        hand
    }

    /// The window of this name, once it is shown.
    fn window(&self, name: &str) -> String {
        let mut found = String::new();
        crate::until("the window is shown", || {
            let lines = self.point(&["search", "--onlyvisible", "--name", name]);
            found = lines.lines().last().unwrap_or_default().to_owned();
            !found.is_empty()
        });
        found
    }

    /// In pixels of the screen.
    fn middle(&self, window: &str) -> (i32, i32) {
        let geometry = self.point(&["getwindowgeometry", "--shell", window]);
        let value = |name: &str| {
            let line = geometry.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.and_then(|value| value.parse::<i32>().ok()).unwrap_or_else(|| panic!("{name}: {geometry}"))
        };
        (value("X") + value("WIDTH") / 2, value("Y") + value("HEIGHT") / 2)
    }

    fn point(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("xdotool");
        let output = command.args(arguments).env("DISPLAY", &self.display).output().expect("xdotool starts");
        String::from_utf8(output.stdout).expect("xdotool writes text")
    }
}

/// Holds files over the app's window.
pub struct Hand<'a> {
    desktop: &'a Desktop,
    to: (i32, i32),
    _source: Guard,
}

impl Hand<'_> {
    /// Moves a little to and fro: programs notice what is held over them only when it moves.
    pub fn shake(&self) {
        self.moves_to((self.to.0 + 3, self.to.1));
        self.moves_to(self.to);
    }

    /// Lets the files fall.
    pub fn let_go(&self) {
        self.desktop.point(&["mouseup", "1"]);
    }

    fn moves_to(&self, (x, y): (i32, i32)) {
        self.desktop.point(&["mousemove", &x.to_string(), &y.to_string()]);
    }
}
