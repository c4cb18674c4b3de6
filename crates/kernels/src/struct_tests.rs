//! Rust structs and their WGSL counterparts have the same size, members and offsets.

use std::mem::offset_of;

use naga::TypeInner;

fn members_of(module: &naga::Module, name: &str) -> Option<(u32, Vec<(String, u32)>)> {
    module.types.iter().find_map(|(_, ty)| match &ty.inner {
        TypeInner::Struct { members, span } if ty.name.as_deref() == Some(name) => {
            Some((*span, members.iter().map(|m| (m.name.clone().unwrap_or_default(), m.offset)).collect()))
        }
        _ => None,
    })
}

macro_rules! same {
    ($kernel:literal, $module:ident :: $name:ident { $($field:ident),* }) => {{
        let source = crate::sources().into_iter().find(|(name, _)| name.starts_with(concat!($kernel, " ")));
        let (_, text) = source.expect("a kernel of this name");
        let module = naga::front::wgsl::parse_str(&text).expect("valid WGSL");
        let (span, members) = members_of(&module, stringify!($name)).expect("a struct of this name");
        let mut expected = Vec::new();
        $(expected.push((stringify!($field).to_owned(), offset_of!(crate::$module::$name, $field) as u32));)*
        assert_eq!(members, expected, "{} in {}", stringify!($name), $kernel);
        assert_eq!(span as usize, size_of::<crate::$module::$name>(), "{} in {}", stringify!($name), $kernel);
    }};
}

#[test]
fn rust_and_wgsl_structs_agree() {
    same!("accept", accept::Accept { rows, count });
    same!("accept", top_list::Candidate { token, log_probability });
    same!("accept", column::Feed { token, step });
    same!("draft", draft::Draft { row });
    same!("draft", top_list::Candidate { token, log_probability });
    same!(
        "attention",
        attention::Attention { heads, kv_heads, head_dim, stride, context, values_at, splits, scale, window }
    );
    same!(
        "attention_reduce",
        attention_reduce::AttentionReduce { heads, head_dim, context, splits, steps, window }
    );
    same!(
        "attention_row",
        attention_row::AttentionRow {
            heads,
            kv_heads,
            head_dim,
            stride,
            context,
            splits,
            scale,
            window,
            head,
            index,
            chosen_heads
        }
    );
    same!("attention_row", attention_row::PositionRange { first, count });
    same!("embed", embed::Embed { first_row, rows, steps, scale });
    same!("gate", gate::Gate { stride, capacity, blocks, pitch, terms, large, certain, apart });
    same!("gate", logit_sum::Term { weight, row });
    same!("gate", vocab_blocks::Block { most, token, total });
    same!("logit_bias", logit_bias::LogitBias { vocab, stride });
    same!("logit_bias", logit_bias::Bias { token, bonus });
    same!("logit_sum", logit_sum::LogitSum { vocab, stride, capacity, terms });
    same!("logit_sum", logit_sum::Term { weight, row });
    same!("log_probability", log_probability::LogProbability { stride, blocks });
    same!("log_probability", vocab_blocks::Block { most, token, total });
    same!("matmul", matmul::Matmul { rows, first_row, steps, stride, all_rows });
    same!("quantize", quantize::Quantize { steps });
    same!("matmul", column::PassSize { columns });
    same!("matvec", column::PassSize { columns });
    same!("matvec", matvec::Matvec { rows, first_row, steps, stride, width, epsilon, all_rows });
    same!("pick", pick::Pick { columns, count });
    same!("pick", pick::Choice { temperature, top_p, top_k, seed });
    same!("pick", top_list::Candidate { token, log_probability });
    same!("rms_norm", rms_norm::RmsNorm { steps, width, epsilon });
    same!("rope", rope::Rope { heads, kv_heads, head_dim, stride, context, values_at, epsilon });
    same!("rope", column::Column { slot, base, first, row });
    same!("rope", column::Feed { token, step });
    same!("top_list", top_list::TopList { vocab, stride, blocks, count });
    same!("top_list", top_list::Candidate { token, log_probability });
    same!("top_list", vocab_blocks::Block { most, token, total });
    same!("vocab_blocks", vocab_blocks::VocabBlocks { vocab, stride, blocks });
    same!("vocab_blocks", vocab_blocks::Block { most, token, total });
}
