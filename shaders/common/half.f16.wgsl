enable f16;
// vec2 and vec4 of f16 in storage, for adapters with SHADER_F16. Same bytes as half.wgsl.
alias Half2 = vec2<f16>;
alias Half4 = vec4<f16>;

fn from_half2(h: Half2) -> vec2<f32> {
    return vec2<f32>(h);
}

fn from_half4(h: Half4) -> vec4<f32> {
    return vec4<f32>(h);
}

fn to_half2(v: vec2<f32>) -> Half2 {
    return vec2<f16>(v);
}
