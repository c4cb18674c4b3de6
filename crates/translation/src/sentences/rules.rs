//! Language-specific rules: abbreviations, ordinals, words that start sentences.
//!
//! The lists are short on purpose: they contain what is frequent in ordinary prose. A capital letter in a list must match;
//! a lower-case first letter also matches a capital. Words are listed without their last full stop.

/// The rules of a language.
pub(super) struct Rules {
    /// Abbreviations that precede another word, so never end a sentence.
    pub leading: &'static [&'static str],
    /// Abbreviations that precede a number.
    pub numbering: &'static [&'static str],
    /// Abbreviations that end a sentence if a likely first word of a sentence follows.
    pub trailing: &'static [&'static str],
    /// Frequent first words of sentences that are otherwise written in lower case.
    pub starters: &'static [&'static str],
    /// Whether a full stop makes a number an ordinal.
    pub ordinals: bool,
    /// Whether a space precedes closing guillemets.
    pub spaced_guillemets: bool,
}

/// The rules of a language code; a small default for languages without lists.
pub(super) fn of(language: &str) -> &'static Rules {
    match language {
        // Latin names and terms in Japanese, Chinese and Korean texts are mostly English.
        "en" | "ja" | "zh" | "ko" => &ENGLISH,
        "de" => &GERMAN,
        "fr" => &FRENCH,
        "es" | "pt" | "it" | "ca" | "ro" => &ROMANCE,
        "nl" => &DUTCH,
        "bg" | "ru" | "uk" => &CYRILLIC,
        "cs" | "da" | "et" | "fi" | "hr" | "hu" | "is" | "lt" | "lv" | "nb" | "pl" | "sk" | "sl" | "tr" => {
            &ORDINAL
        }
        _ => &PLAIN,
    }
}

const PLAIN: Rules = Rules {
    leading: &["Dr", "Prof", "Mr", "Mrs", "Ms", "St", "e.g", "i.e", "cf", "vs"],
    numbering: &["No", "Nr", "Fig", "Vol", "p", "pp"],
    trailing: &["etc"],
    starters: &[],
    ordinals: false,
    spaced_guillemets: false,
};

const ENGLISH: Rules = Rules {
    leading: &[
        "Dr", "Prof", "Mr", "Mrs", "Ms", "Mx", "Messrs", "St", "Gen", "Col", "Maj", "Capt", "Lt", "Cmdr",
        "Adm", "Sgt", "Gov", "Sen", "Rep", "Rev", "Hon", "Pres", "Mt", "e.g", "i.e", "cf", "vs", "viz",
        "approx", "ca", "al",
    ],
    numbering: &[
        "No", "Nos", "Fig", "Figs", "Eq", "Sec", "Ch", "Vol", "p", "pp", "vol", "ch", "art", "Art", "ver",
        "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec",
    ],
    trailing: &[
        "etc", "Inc", "Ltd", "Co", "Corp", "Bros", "Jr", "Sr", "Ave", "Blvd", "Rd", "a.m", "p.m", "Ph.D",
        "U.S", "U.K",
    ],
    starters: &[
        "A", "After", "All", "Although", "An", "And", "Another", "As", "At", "Because", "Before", "Both",
        "But", "By", "Did", "Do", "Does", "Each", "Even", "For", "From", "He", "Her", "Here", "His", "How",
        "However", "I", "If", "In", "Is", "It", "Its", "Later", "Many", "Most", "My", "Next", "No", "Not",
        "Now", "On", "Once", "One", "Only", "Or", "Our", "She", "Since", "So", "Some", "Soon", "Such",
        "That", "The", "Their", "Then", "There", "These", "They", "This", "Those", "Though", "To", "Today",
        "Under", "Until", "We", "What", "When", "Where", "Which", "While", "Who", "Why", "With", "Yes",
        "Yet", "You", "Your",
    ],
    ordinals: false,
    spaced_guillemets: false,
};

const GERMAN: Rules = Rules {
    leading: &[
        "Dr", "Prof", "Hr", "Fr", "Frl", "Dipl", "Ing", "Mag", "St", "Hl", "z.B", "d.h", "u.a", "i.d.R",
        "o.ä", "v.a", "s.o", "s.u", "vgl", "bzw", "sog", "ca", "etwa", "evtl", "ggf", "inkl", "exkl", "insb",
        "bes", "gest", "geb", "max", "min", "Mio", "Mrd", "Tel", "allg", "ehem", "eigtl", "jew", "lt", "od",
        "resp", "usf", "zzgl",
    ],
    numbering: &[
        "Nr", "Abb", "Tab", "Bd", "Kap", "Abs", "Art", "Aufl", "S", "Str", "Jan", "Feb", "Mär", "Apr", "Jun",
        "Jul", "Aug", "Sep", "Sept", "Okt", "Nov", "Dez",
    ],
    trailing: &["usw", "etc", "Co", "jun", "sen", "Jh", "Chr", "Uhr"],
    starters: &[
        "Aber", "Alle", "Als", "Am", "An", "Auch", "Auf", "Bei", "Bis", "Da", "Dabei", "Daher", "Damit",
        "Danach", "Dann", "Das", "Dem", "Den", "Denn", "Der", "Deshalb", "Die", "Dies", "Diese", "Dieser",
        "Dieses", "Doch", "Dort", "Du", "Durch", "Ein", "Eine", "Einer", "Er", "Erst", "Es", "Für", "Heute",
        "Hier", "Ich", "Ihr", "Ihre", "Im", "In", "Ist", "Jetzt", "Kein", "Man", "Mehr", "Mit", "Nach",
        "Nicht", "Noch", "Nun", "Nur", "Ob", "Oder", "Ohne", "Seit", "Sie", "Sein", "Seine", "So", "Später",
        "Trotz", "Und", "Über", "Um", "Unter", "Viele", "Vom", "Von", "Vor", "Wann", "Warum", "Was", "Weil",
        "Wenn", "Wer", "Wie", "Wir", "Wo", "Zu", "Zum", "Zur", "Zwar",
    ],
    ordinals: true,
    spaced_guillemets: false,
};

const FRENCH: Rules = Rules {
    leading: &[
        "M", "MM", "Mme", "Mmes", "Mlle", "Dr", "Pr", "Me", "St", "Ste", "Mgr", "cf", "env", "p.ex", "c.-à-d",
    ],
    numbering: &["No", "no", "fig", "vol", "p", "pp", "art", "chap", "tél"],
    trailing: &["etc", "av", "apr", "J.-C"],
    starters: &[
        "Au", "Avec", "Ce", "Ces", "Cet", "Cette", "Dans", "De", "Des", "Du", "Elle", "Elles", "En", "Et",
        "Il", "Ils", "Je", "La", "Le", "Les", "Mais", "Nous", "On", "Pour", "Puis", "Quand", "Que", "Qui",
        "Si", "Sur", "Tu", "Un", "Une", "Vous",
    ],
    ordinals: false,
    spaced_guillemets: true,
};

const ROMANCE: Rules = Rules {
    leading: &[
        "Sr", "Sra", "Srta", "D", "Dña", "Ud", "Uds", "Dr", "Dra", "Prof", "Profa", "Ing", "Lic", "Sig",
        "Sig.ra", "Dott", "Avv", "On", "St", "S", "p.ej", "p.ex", "es", "cfr", "cf", "ca", "dl", "dna",
    ],
    numbering: &["No", "no", "núm", "nº", "n", "fig", "vol", "pág", "pag", "p", "pp", "art", "cap", "tel"],
    trailing: &["etc", "ecc", "Cía", "Ltda", "a.C", "d.C", "EE.UU", "ş.a"],
    starters: &[],
    ordinals: false,
    spaced_guillemets: false,
};

const DUTCH: Rules = Rules {
    leading: &[
        "dhr", "mevr", "mw", "dr", "drs", "ir", "mr", "prof", "ds", "St", "bijv", "bv", "o.a", "d.w.z",
        "m.b.t", "t.o.v", "ca",
    ],
    numbering: &["nr", "afb", "blz", "p", "art", "tel"],
    trailing: &["enz", "etc", "e.d"],
    starters: &[
        "Dat", "De", "Deze", "Die", "Dit", "Een", "En", "Er", "Het", "Hij", "Ik", "In", "Maar", "Op", "Toen",
        "Wat", "We", "Wij", "Ze", "Zij",
    ],
    ordinals: false,
    spaced_guillemets: false,
};

const CYRILLIC: Rules = Rules {
    leading: &[
        "г", "гг", "ул", "пр", "пл", "д", "им", "проф", "акад", "т.е", "т.к", "напр", "см", "ср", "м", "вул",
    ],
    numbering: &["рис", "стр", "с", "ст", "гл", "т", "тел"],
    trailing: &["т.д", "т.п", "др", "тыс", "млн", "млрд", "руб"],
    starters: &[],
    ordinals: false,
    spaced_guillemets: false,
};

const ORDINAL: Rules = Rules {
    leading: &[
        "Dr", "Prof", "prof", "dr", "Mgr", "Ing", "mgr", "inż", "hab", "np", "tzn", "tj", "např", "tzv",
        "mj", "bl.a", "f.eks", "d.v.s", "esim", "ns", "pl", "ún", "npr", "oz", "vb", "örn", "St", "św", "sv",
        "ul",
    ],
    numbering: &["nr", "č", "str", "s", "r", "art", "ods", "sz", "br", "tel"],
    trailing: &["itd", "itp", "atd", "apod", "osv", "m.m", "jne", "stb", "vs", "etc"],
    starters: &[],
    ordinals: true,
    spaced_guillemets: false,
};
