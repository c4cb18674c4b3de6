//! Templates in the shapes of the supported families, written for these tests.

use super::*;

const LLAMA_3: &str = "{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now('%d %b %Y') %}
    {%- else %}
        {%- set date_string = 'none' %}
    {%- endif %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = '' %}
{%- endif %}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' }}
{%- if tools is not none %}
    {{- tools | tojson(indent=4) }}
{%- endif %}
{{- 'Today: ' + date_string + '\\n\\n' }}
{{- system_message }}
{{- '<|eot_id|>' }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
";
const QWEN_2_5: &str = "{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- else %}
    {{- '<|im_start|>system\\nYou are a helper.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == 'user') or (message.role == 'system' and not loop.first) or (message.role == 'assistant' and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
";
const QWEN_3: &str = "{%- set ns = namespace(last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if message.role == 'user' and message.content is string and not message.content.startswith('<tool>') %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' }}
    {%- if message.role == 'assistant' and loop.index0 > ns.last %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
    {{- message.content.split('</think>')[-1].lstrip('\\n') + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
";
const GEMMA: &str = "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('No system role') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}";
/// A system message is silently left out, as old templates of Mistral do.
const MISTRAL: &str = "{{ bos_token }}{% for message in messages %}{% if message.role == 'user' %}{{ '[INST] ' + message.content + ' [/INST]' }}{% elif message.role == 'assistant' %}{{ ' ' + message.content + eos_token }}{% endif %}{% endfor %}";
const HUNYUAN: &str = "{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{{ '<|begin|>' + messages[0]['content'] + '<|after_system|>' }}{% else %}{% set rest = messages %}{{ '<|begin|>' }}{% endif %}{% for m in rest %}{% if m['role'] == 'user' %}{{ '<|User|>' + m['content'] }}{% else %}{{ '<|Assistant|>' + m['content'] + '<|eos|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|Assistant|>' }}{% else %}{{ '' }}{% endif %}";
const EURO_LLM: &str = "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\n<|im_end|>\\n' }}{% endif %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const SARASHINA: &str = "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '<|user|>' + message['content'] + eos_token }}{% elif message['role'] == 'system' %}{{ '<|system|>' + message['content'] + eos_token }}{% elif message['role'] == 'assistant' %}{{ '<|assistant|>' + message['content'] + eos_token }}{% endif %}{% if loop.last and add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}{% endfor %}";
/// The tokenizer adds the begin token to what such a template makes.
const CAT: &str = "{%- for message in messages -%}<|{{ message.role }}|>{{ message.content }}{% if message.role == 'assistant' %}{{ eos_token }}{% endif %}{%- endfor -%}{% if add_generation_prompt %}<|assistant|>{% endif %}";

fn chat(template: &str, adds_bos: bool) -> ChatTemplate {
    let token = |text: &str| Some(text.to_owned());
    ChatTemplate { template: token(template), adds_bos, begin: token("<s>"), end: token("</s>") }
}

fn instruction(system: Option<&str>) -> Instruction {
    let user = "Translate from {from_name} to {to_name}.\n\n{source}".into();
    Instruction { system: system.map(str::to_owned), user }
}

#[test]
fn the_prompt_of_each_family_is_what_its_template_makes() {
    const ASK: &str = "Translate from {from_name} to {to_name}.\n\n{source}";
    let (none, some) = (instruction(None), instruction(Some("You translate.")));
    for (template, instruction, expected) in [
        (
            LLAMA_3,
            &none,
            "<s><|start_header_id|>system<|end_header_id|>\n\nToday: 26 Jul 2024\n\n<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nASK<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
        (
            LLAMA_3,
            &some,
            "<s><|start_header_id|>system<|end_header_id|>\n\nToday: 26 Jul 2024\n\nYou translate.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nASK<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
        (
            QWEN_2_5,
            &none,
            "<|im_start|>system\nYou are a helper.<|im_end|>\n<|im_start|>user\nASK<|im_end|>\n<|im_start|>assistant\n",
        ),
        (
            QWEN_2_5,
            &some,
            "<|im_start|>system\nYou translate.<|im_end|>\n<|im_start|>user\nASK<|im_end|>\n<|im_start|>assistant\n",
        ),
        (QWEN_3, &none, "<|im_start|>user\nASK<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"),
        (GEMMA, &none, "<s><start_of_turn>user\nASK<end_of_turn>\n<start_of_turn>model\n"),
        (GEMMA, &some, "<s><start_of_turn>user\nYou translate.\n\nASK<end_of_turn>\n<start_of_turn>model\n"),
        (MISTRAL, &none, "<s>[INST] ASK [/INST]"),
        (MISTRAL, &some, "<s>[INST] You translate.\n\nASK [/INST]"),
        (HUNYUAN, &none, "<|begin|><|User|>ASK<|Assistant|>"),
        (HUNYUAN, &some, "<|begin|>You translate.<|after_system|><|User|>ASK<|Assistant|>"),
        (
            EURO_LLM,
            &none,
            "<|im_start|>system\n<|im_end|>\n<|im_start|>user\nASK<|im_end|>\n<|im_start|>assistant\n",
        ),
        (SARASHINA, &none, "<s><|user|>ASK</s><|assistant|>"),
        (SARASHINA, &some, "<s><|system|>You translate.</s><|user|>ASK</s><|assistant|>"),
        (CAT, &none, "<|user|>ASK<|assistant|>"),
    ] {
        let prompt = chat(template, false).prompt(instruction).unwrap();
        assert_eq!(prompt.unwrap(), expected.replace("ASK", ASK));
    }
    assert_eq!(ChatTemplate::default().prompt(&none).unwrap(), None);
}

#[test]
fn the_begin_token_stands_once() {
    for template in [
        LLAMA_3,
        GEMMA,
        MISTRAL,
        SARASHINA,
        CAT,
        "{{ bos_token }}{{ bos_token }}{{ messages[0].content }}",
        "<s>{{ bos_token }}{{ messages[0].content }}",
    ] {
        let prompt = chat(template, true).prompt(&instruction(None)).unwrap().unwrap();
        assert_eq!((prompt.find("<s>"), prompt.matches("<s>").count()), (Some(0), 1), "{prompt}");
    }
    let without = ChatTemplate { begin: None, ..chat(CAT, true) };
    assert!(without.prompt(&instruction(None)).unwrap().unwrap().starts_with("<|user|>"));
}

#[test]
fn a_template_that_cannot_be_used_is_refused_with_the_way_out() {
    for (template, problem) in [
        ("no content", "0 times"),
        ("{{ messages[0].content }}{{ messages[0].content }}", "2 times"),
        ("{source}{{ messages[0].content }}", "2 times"),
        ("{% for c in messages[0].content %}{{ c }} {% endfor %}", "0 times"),
        ("{\"city\": {city}} {{ messages[0].content }}", "{city}"),
        ("{{ raise_exception('Use the other model') }}", "Use the other model"),
        ("{{ messages[0].content | frobnicate }}", "frobnicate"),
        ("{% for %}", "syntax error"),
        ("{% for i in range(10000000) %}x{% endfor %}{{ messages[0].content }}", "too many steps"),
    ] {
        let error = chat(template, false).prompt(&instruction(None)).unwrap_err().to_string();
        assert!(error.contains(problem) && error.contains("--prompt"), "{template}: {error}");
    }
    // Braces that are no placeholder are text.
    let braces = "{ } {\"a\": {1 2}} {{ messages[0].content }}";
    assert!(chat(braces, false).prompt(&instruction(None)).is_ok());
}
