//! What the evaluator shares with Jinja, and what it refuses.

use super::*;

fn rendered(template: &str) -> std::result::Result<String, String> {
    let variables = || -> Variables {
        let message =
            |role, content| Value::map([("role", Value::text(role)), ("content", Value::text(content))]);
        let messages = vec![message("system", "Be brief."), message("user", " 日本 {x} ")];
        vec![("messages", Value::list(messages)), ("yes", Value::Bool(true)), ("nothing", Value::None)]
    };
    render(template, &variables)
}

fn shown(template: &str) -> String {
    rendered(template).unwrap_or_else(|problem| panic!("{template}: {problem}"))
}

#[test]
fn expressions_have_the_values_of_jinja() {
    for (expression, expected) in [
        ("1 + 2 * 3 - 7 // 2 % 2", "6"),
        ("-7 // 2", "-4"),
        ("'a' ~ 1 ~ nothing ~ yes ~ missing", "a1NoneTrue"),
        ("'ab' * 2 + 'c'", "ababc"),
        ("1 < 2 <= 2 and not 3 != 3", "True"),
        ("'b' in 'abc' and 'd' not in ['a', 'd']", "False"),
        ("nothing or 'x'", "x"),
        ("'yes' if missing is defined else 'no'", "no"),
        ("messages[1].content | trim | length", "6"),
        ("messages[-1]['content'].strip()[:2][::-1]", "本日"),
        ("messages | map(attribute='role') | join(', ')", "system, user"),
        ("(messages | selectattr('role', 'equalto', 'user') | list)[0].role", "user"),
        ("(messages | rejectattr('role', '==', 'user') | first).content", "Be brief."),
        ("messages[1:] | length == 1 and messages[::-1][0].role == 'user'", "True"),
        ("'<think>a</think>b'.split('</think>')[-1].lstrip('\\n')", "b"),
        ("'a-b-c'.rsplit('-', 1) | join('|')", "a-b|c"),
        ("'Hello World'.upper().replace('L', 'l', 1)", "HElLO WORLD"),
        ("'some TEXT' | title ~ ('x' | upper)", "Some TextX"),
        ("'abc'.startswith(('x', 'a')) and 'abc'.endswith('bc')", "True"),
        ("{'a': 1, 'b': [none, 'é\"']} | tojson", r#"{"a": 1, "b": [null, "é\""]}"#),
        ("{'a': 1}.get('b', 'none') ~ {'a': 1}.get('b')", "noneNone"),
        ("{'a': 1}.items() | first | join('=')", "a=1"),
        ("missing | default('d') ~ ('' | default('e', true))", "de"),
        ("range(3, 0, -1) | join", "321"),
        ("strftime_now('%d %b %Y')", "26 Jul 2024"),
        ("'12' | int + 1", "13"),
        ("missing", ""),
    ] {
        assert_eq!(shown(&format!("{{{{ {expression} }}}}")), expected, "{expression}");
    }
}

#[test]
fn statements_scope_their_variables_as_jinja_does() {
    for (template, expected) in [
        ("{% set a = 1 %}{% for m in messages %}{% set a = 2 %}{% endfor %}{{ a }}", "1"),
        ("{% set a = 1 %}{% if yes %}{% set a = 2 %}{% endif %}{{ a }}", "2"),
        (
            "{% set n = namespace(a=1) %}{% for m in messages %}{% set n.a = n.a + loop.index %}{% endfor %}{{ n.a }}",
            "4",
        ),
        (
            "{% for m in messages if m.role == 'user' %}{{ loop.first }}{{ loop.last }}{{ m.role }}{% else %}-{% endfor %}",
            "TrueTrueuser",
        ),
        ("{% for m in missing %}x{% else %}empty{% endfor %}", "empty"),
        (
            "{% for i in range(5) %}{% if i == 1 %}{% continue %}{% elif i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
            "02",
        ),
        (
            "{% for a, b in [[1, 2], [3, 4]] %}{{ b }}{{ loop.previtem is defined }}{% endfor %}",
            "2False4True",
        ),
        (
            "{% macro ask(what, end='?') %}{{ what }}{{ end }}{{ m }}{% endmacro %}{{ ask('why') }}{{ ask(what='so', end='.') }}",
            "why?so.",
        ),
        ("{% set text %} a {{ 1 }} {% endset %}{{ text | trim }}", "a 1"),
        ("{% filter upper %}ab{{ 'c' }}{% endfilter %}", "ABC"),
        ("{% with a = 1 %}{{ a }}{% endwith %}{{ a }}", "1"),
        ("a {#- comment -#} b {%- if yes -%} c {%- endif %}\n", "abc"),
        ("  {% if yes %}\n  x\n  {% endif %}\ny", "  x\ny"),
        ("{% generation %}x{% endgeneration %}", "x"),
    ] {
        assert_eq!(shown(template), expected, "{template}");
    }
}

#[test]
fn what_a_template_raises_is_its_error() {
    assert_eq!(rendered("{{ raise_exception('No system role!') }}"), Err("No system role!".into()));
    for (template, problem) in [
        ("{{ missing.attribute }}", "«attribute» of an undefined value"),
        ("{{ missing() }}", "the function «missing» does not exist"),
        ("{{ messages }}", "a list where a text is needed"),
        ("{{ 1 | sort }}", "the filter «sort» is not supported"),
        ("{% if yes is prime %}{% endif %}", "the test «prime» is not supported"),
        ("{% if yes %}", "syntax error"),
        ("{{ 1 // 0 }}", "a number out of range"),
        ("{{ 9223372036854775807 + 1 }}", "a number out of range"),
    ] {
        let found = rendered(template).expect_err(template);
        assert!(found.contains(problem), "{template}: {found}");
    }
}

/// Each would take all memory, all time, the stack or a file.
#[test]
fn hostile_templates_end_with_an_error() {
    let chain = |first: &str, part: &str, last: &str| {
        format!("{first}{}{last}", part.repeat((limits::TEMPLATE_BYTES - 64) / part.len()))
    };
    let grown = |step: &str, end: &str| {
        let start = "{% set n = namespace(a=[1], b=[1], c='x') %}{% for i in range(90) %}";
        format!("{start}{{% set {step} %}}{{% endfor %}}{{{{ {end} }}}}")
    };
    let steps = "it takes too many steps or makes too much text";
    let deep = "its parts or macros are nested too deeply";
    for (template, problem) in [
        ("{% for i in range(99999999999) %}{% endfor %}".to_owned(), steps),
        ("{% for i in range(90000) %}{% for j in range(90000) %}{% endfor %}{% endfor %}".into(), steps),
        (grown("n.c = n.c + n.c", "n.c"), steps),
        (grown("n.c = n.c ~ n.c", "n.c"), steps),
        (grown("n.a = n.a + n.a", "n.a | length"), steps),
        (grown("n.a = [n.a, n.a]", "n.a | tojson"), steps),
        (
            format!(
                "{}{}",
                grown("n.a = [n.a, n.a]", "1"),
                grown("n.b = [n.b, n.b]", "n.a == n.b").replace("a=[1], ", "a=n.a, ")
            ),
            steps,
        ),
        ("{{ 'x' * 9223372036854775807 }}".into(), steps),
        ("{% set s = 'x' * 99999 %}{{ s.replace('x', s) }}".into(), steps),
        ("{% set s = 'x' * 99999 %}{{ s.join(range(9999)) }}".into(), steps),
        ("{{ strftime_now('%B' * 2000000) }}".into(), steps),
        ("{{ 'x' * 70000 }}".into(), "longer than 65536 bytes"),
        ("x".repeat(limits::TEMPLATE_BYTES + 1), "it has 65537 bytes; the limit is 65536"),
        ("{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}".into(), deep),
        (chain("{{ ", "1+", "1 }}"), deep),
        (chain("{{ ", "not ", "1 }}"), deep),
        (chain("{{ ", "-", "1 }}"), deep),
        (chain("{{ 1", "|int", " }}"), deep),
        (chain("{{ ", "1 if 0 else ", "1 }}"), deep),
        (chain("{% if 0 %}", "{% elif 0 %}", "{% endif %}"), deep),
        (chain("{{ ", "(", "1"), "recursion"),
        (chain("", "{% if 1 %}", ""), "recursion"),
        (
            "{% set n = namespace() %}{% set n.n = n %}{{ '' ~ n }}".into(),
            "a namespace where a text is needed",
        ),
        ("{% set n = namespace() %}{% set n.n = [n] %}{{ n.n | tojson }}".into(), "a namespace as JSON"),
        ("{% include '/etc/passwd' %}".into(), "include"),
        ("{% import '/etc/passwd' as x %}".into(), "import"),
        ("{% extends '/etc/passwd' %}".into(), "extends"),
        ("{{ ''.__class__.__mro__ }}".into(), "of an undefined value"),
        ("{% for m in messages recursive %}{{ loop(messages) }}{% endfor %}".into(), "recursive"),
    ] {
        let found = rendered(&template).expect_err(&template);
        assert!(found.contains(problem), "{:.90}: {found}", template);
    }
    // A value nested so deeply that only a large stack can compare and free it.
    let nested = grown("n.a = [n.a]", "1").replace("range(90)", "range(9000)");
    assert_eq!(shown(&nested), "1");
}
