use super::*;

#[test]
fn code_is_recognised() {
    let missed: Vec<&str> = [
        "YYYY-MM-DD HH:mm",
        "EEE, d. MMMM yyyy 'um' H:mm",
        "h:mm a",
        "dddd, MMMM Do YYYY",
        "d MMM y",
        "yyyy年M月d日",
        "MMMM",
        "margin: 0 auto;",
        "color: red; display: none",
        "0 auto",
        "1px solid #ccc",
        "rgba(0, 0, 0, 0.5)",
        "all 0.3s ease-in-out",
        "Helvetica, Arial, sans-serif",
        ".btn > a:hover",
        "#main .title",
        "linear-gradient(to right, #fff 0%, #000 100%)",
        "*/5 * * * MON-FRI",
        "0 12 * * ?",
        "cron(0 12 * * ? *)",
        "SELECT * FROM users WHERE id = 1",
        "INSERT INTO users (name) VALUES ('x')",
        "select name from users where id=1",
        "npm run build",
        "npm ci && npm test",
        "docker compose up -d",
        "python -m http.server",
        "cd /app",
        "echo $HOME",
        "make -j4",
        "NODE_ENV=test jest",
        "./gradlew assembleDebug",
        "git push origin main",
        "node src/index.js",
        "rm -rf dist",
        "tsc -p .",
        "src/**/*.ts test/**/*.ts",
        "^[a-z]+ [0-9]$",
        "(?:a|b) \\d+",
        "text/html; charset=utf-8",
        "width=device-width, initial-scale=1",
        "max-age=3600, must_revalidate",
        "foo_bar bar_baz",
        "x === y",
        "userName lastName",
        "-Xms512m -Xmx512m",
        "-o sarif",
        "ng build --watch",
        "${{ runner.os }}-php-${{ hashFiles('x') }}",
        "contains(github.event.labels, 'support')",
    ]
    .into_iter()
    .filter(|text| !is_code(text))
    .collect();
    assert_eq!(missed, [""; 0]);
}

#[test]
fn texts_are_no_code() {
    let wrong: Vec<&str> = [
        "Save the file",
        "sign in",
        "no results",
        "0 left",
        "10 left",
        "5 % off",
        "z.B. 5",
        "e.g. this",
        "and/or",
        "Ja / Nein",
        "Select an item from the list",
        "SELECT A FILE",
        "Update now",
        "with love",
        "make coffee",
        "go home",
        "find friends",
        "Your iPhone",
        "git repository not found",
        "Name: John",
        "E-Mail: x",
        "Color: red",
        "Settings -> General",
        "Price (incl. tax)",
        "file(s) selected",
        "The file src/main.rs is missing",
        "A a",
        "I am",
        "Open index.html in a browser",
        "Version 2",
        "Node is offline",
        "Docker is not running",
        "time left",
        "less than 5",
        "set a password",
        "test the link",
        "Loading, please wait",
        "MM",
        "a",
        "Mo Di Mi",
        "more > less",
        "Terms & Conditions",
        "p. m.",
        "H. M. S.",
        "**Host:** {host}",
        "0=off, 1=on",
        "Set up Python ${{ matrix.version }}",
        "Use the option --force to go on with it",
    ]
    .into_iter()
    .filter(|text| is_code(text))
    .collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn scripts_are_recognised_by_most_of_their_lines() {
    let is_script = |text: &str| super::is_script(text.lines());
    assert!(is_script("# Build it\nnpm ci\nnpm run build"));
    assert!(is_script("#!/bin/sh\nhello there"));
    assert!(is_script("key=value\nother=1"));
    assert!(!is_script("Run this first:\nnpm ci\nThen open the page.\nIt is ready."));
    assert!(!is_script("# Title\nSome text here."));
}
