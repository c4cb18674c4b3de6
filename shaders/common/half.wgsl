// vec2 and vec4 of f16 in storage, for adapters without SHADER_F16: packed in u32 words.
alias Half2 = u32;
alias Half4 = vec2<u32>;

fn from_half2(h: Half2) -> vec2<f32> {
    return unpack2x16float(h);
}

fn from_half4(h: Half4) -> vec4<f32> {
    return vec4<f32>(unpack2x16float(h.x), unpack2x16float(h.y));
}

fn to_half2(v: vec2<f32>) -> Half2 {
    return pack2x16float(v);
}
