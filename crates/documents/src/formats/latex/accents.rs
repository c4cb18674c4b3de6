//! Letters that LaTeX writes as commands: accents over a letter, and letters with names.

/// Each accent's command, and the letters that it changes, each followed by what it becomes.
const ACCENTS: [(char, &str); 14] = [
    ('"', "aäAÄeëEËhḧHḦiïIÏoöOÖtẗuüUÜwẅWẄxẍXẌyÿYŸ"),
    ('\'', "aáAÁcćCĆeéEÉgǵGǴiíIÍkḱKḰlĺLĹmḿMḾnńNŃoóOÓpṕPṔrŕRŔsśSŚuúUÚwẃWẂyýYÝzźZŹ"),
    ('`', "aàAÀeèEÈiìIÌnǹNǸoòOÒuùUÙwẁWẀyỳYỲ"),
    ('^', "aâAÂcĉCĈeêEÊgĝGĜhĥHĤiîIÎjĵJĴoôOÔsŝSŜuûUÛwŵWŴyŷYŶzẑZẐ"),
    ('~', "aãAÃeẽEẼiĩIĨnñNÑoõOÕuũUŨvṽVṼyỹYỸ"),
    ('=', "aāAĀeēEĒgḡGḠiīIĪoōOŌuūUŪyȳYȲ"),
    ('.', "aȧAȦbḃBḂcċCĊdḋDḊeėEĖfḟFḞgġGĠhḣHḢIİmṁMṀnṅNṄoȯOȮpṗPṖrṙRṘsṡSṠtṫTṪwẇWẆxẋXẊyẏYẎzżZŻ"),
    ('u', "aăAĂeĕEĔgğGĞiĭIĬoŏOŎuŭUŬ"),
    ('v', "aǎAǍcčCČdďDĎeěEĚgǧGǦhȟHȞiǐIǏjǰkǩKǨlľLĽnňNŇoǒOǑrřRŘsšSŠtťTŤuǔUǓzžZŽ"),
    ('H', "oőOŐuűUŰ"),
    ('c', "cçCÇdḑDḐeȩEȨgģGĢhḩHḨkķKĶlļLĻnņNŅrŗRŖsşSŞtţTŢ"),
    ('d', "aạAẠbḅBḄdḍDḌeẹEẸhḥHḤiịIỊkḳKḲlḷLḶmṃMṂnṇNṆoọOỌrṛRṚsṣSṢtṭTṬuụUỤvṿVṾwẉWẈyỵYỴzẓZẒ"),
    ('k', "aąAĄeęEĘiįIĮoǫOǪuųUŲ"),
    ('r', "aåAÅuůUŮwẘyẙ"),
];

/// Commands of single letters.
const LETTERS: [(&str, char); 13] = [
    ("ss", 'ß'),
    ("ae", 'æ'),
    ("AE", 'Æ'),
    ("oe", 'œ'),
    ("OE", 'Œ'),
    ("o", 'ø'),
    ("O", 'Ø'),
    ("aa", 'å'),
    ("AA", 'Å'),
    ("l", 'ł'),
    ("L", 'Ł'),
    ("i", 'ı'),
    ("j", 'ȷ'),
];

/// The letter of a command such as `ss`.
pub(super) fn letter(command: &str) -> Option<char> {
    LETTERS.iter().find(|(name, _)| *name == command).map(|(_, letter)| *letter)
}

/// Whether a command puts an accent over a letter.
pub(super) fn is_accent(command: &str) -> bool {
    let mut chars = command.chars();
    chars.next().is_some_and(|c| ACCENTS.iter().any(|(accent, _)| *accent == c)) && chars.next().is_none()
}

/// The letter with an accent.
pub(super) fn accented(accent: char, letter: char) -> Option<char> {
    let letter = if letter == 'ı' { 'i' } else { letter };
    let (_, letters) = ACCENTS.iter().find(|(one, _)| *one == accent)?;
    pairs(letters).find(|(plain, _)| *plain == letter).map(|(_, accented)| accented)
}

/// The command that writes a letter, in a group of its own.
pub(super) fn command(c: char) -> Option<String> {
    if let Some((name, _)) = LETTERS.iter().find(|(_, letter)| *letter == c) {
        return Some(format!("{{\\{name}}}"));
    }
    let find = |(accent, letters): &(char, &str)| {
        let (plain, _) = pairs(letters).find(|(_, accented)| *accented == c)?;
        Some(format!("{{\\{accent}{{{plain}}}}}"))
    };
    ACCENTS.iter().find_map(find)
}

fn pairs(letters: &str) -> impl Iterator<Item = (char, char)> {
    let mut chars = letters.chars();
    std::iter::from_fn(move || Some((chars.next()?, chars.next()?)))
}
