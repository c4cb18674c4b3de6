//! The kinds of files that are known and not read, by extension, name, first bytes or root element, and the way out of
//! each.

/// A kind of file that is not read: what such files are called, and what their user can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub name: &'static str,
    pub way_out: &'static str,
}

const AS_TEXT: &str = "to translate all of it as plain text, code too, use `wasan translate --format txt`";
const AS_DOCUMENT: &str =
    "open it in the program that made it, save it as .docx, .odt or .html, and translate that";
const AS_SHEET: &str =
    "open it in the program that made it, save it as .xlsx, .ods or .csv, and translate that";
const AS_SLIDES: &str =
    "open it in the program that made it, save it as .pptx, .odp or .pdf, and translate that";
const AS_BOOK: &str = "convert it to .epub and translate that";
const SCANNED: &str = "run text recognition (OCR) on it, and translate the text that it finds";
const SUBTITLES: &str = "translate its subtitles, as .srt, .vtt or .ass";
const UNPACK: &str = "unpack it and translate the documents in it";
const NO_DOCUMENT: &str = "choose a document with text";
const AS_SOURCE: &str = "translate the text file that it was made from";
const OF_TEX: &str = "translate the .tex files that use it, or all of it as plain text, code too, with \
    `wasan translate --format txt`";
const EXPORT: &str = "export its texts as .xliff, .po, .csv or .json, and translate that";

/// Files without a known extension that are not plain text either.
pub(crate) const UNKNOWN: Kind = Kind {
    name: "files of this extension",
    way_out: "if it is plain text, rename it to .txt or use `wasan translate --format txt`",
};
pub(crate) const CODE: Kind = Kind { name: "source code, settings or data", way_out: AS_TEXT };
pub(crate) const BINARY: Kind = Kind { name: "binary files of an unknown kind", way_out: AS_DOCUMENT };
pub(crate) const ARCHIVE: Kind = Kind { name: "zip archives that are no document", way_out: UNPACK };
pub(crate) const XML: Kind = Kind { name: "XML of this kind", way_out: AS_TEXT };
const MARKUP: Kind = Kind {
    name: "parts of web pages without <html>",
    way_out: "rename it to .html, or use `wasan translate --format html`",
};
const JSON_LINES: Kind = Kind { name: "JSON Lines", way_out: EXPORT };

/// Kinds with the way out and the extensions of each.
const EXTENSIONS: &[(&str, &str, &str)] = &[
    ("JavaScript", AS_TEXT, "js mjs cjs jsx es6"),
    ("TypeScript", AS_TEXT, "ts tsx mts cts"),
    ("components of web pages", AS_TEXT, "vue svelte astro marko riot"),
    ("PHP", AS_TEXT, "php php3 php4 php5 php7 phtml inc phps"),
    ("Python", AS_TEXT, "py pyi pyw pyx pxd ipy"),
    ("Ruby", AS_TEXT, "rb erb rake gemspec ru haml slim"),
    ("Perl", AS_TEXT, "pl pm t pod raku"),
    ("C and C++", AS_TEXT, "c h cc cpp cxx c++ hh hpp hxx ino inl ipp tcc"),
    ("C#, F# and Visual Basic", AS_TEXT, "cs csx fs fsi fsx vb vbs bas frm"),
    ("Java, Kotlin and Scala", AS_TEXT, "java kt kts scala sc groovy gradle jsp jspx ftlh"),
    ("Swift and Objective-C", AS_TEXT, "swift m mm metal pch"),
    ("Rust", AS_TEXT, "rs ron"),
    ("Go", AS_TEXT, "go mod sum tmpl gotmpl gohtml"),
    ("Dart", AS_TEXT, "dart"),
    ("Lua", AS_TEXT, "lua luau"),
    (
        "source code",
        AS_TEXT,
        "ada adb ads agda applescript as asm s asp aspx awk cbl cob coffee clj cljc cljs cr cu cuh d edn \
         el elm erl ex exs eex heex leex f f03 f90 f95 for gd glsl frag vert hlsl wgsl hs lhs hrl hx idr \
         jl kak l lisp lsp ls m4 ml mli mll mly nim nix pas pp proto thrift ps1 psd1 psm1 purs r rkt sas \
         scm sml sol st sv svh tcl v vala vapi vhd vhdl vim wat y zig rsc ahk au3 nsi nsh iss matlab mat \
         sci do ado stan q abap apex vy move cairo odin pony hack graphql gql",
    ),
    ("scripts", AS_TEXT, "sh bash zsh fish ksh csh bat cmd command expect"),
    ("style sheets", AS_TEXT, "css scss sass less styl pcss"),
    (
        "templates",
        AS_TEXT,
        "hbs handlebars mustache ejs pug jade j2 jinja jinja2 twig liquid njk tpl ftlx ftm vm cshtml \
         razor blade latte tera eta mjml",
    ),
    ("SQL", AS_TEXT, "sql ddl dml psql plsql pls pkb pks hql cql"),
    ("TOML", AS_TEXT, "toml"),
    (
        "settings",
        AS_TEXT,
        "ini inf cfg conf cnf config env desktop service socket timer reg rc prefs editorconfig \
         gitignore gitattributes gitmodules dockerignore npmrc nvmrc babelrc eslintrc prettierrc \
         htaccess tf tfvars hcl nomad cue dhall jsonnet libsonnet lock plist entitlements vcxproj csproj \
         fsproj vbproj sln props targets pro pri qrc xcconfig pbxproj kdl pkl hocon",
    ),
    ("build files", AS_TEXT, "cmake mk mak am ac ninja bzl bazel sbt dockerfile podspec"),
    ("logs", AS_TEXT, "log out err trace evtx etl"),
    ("patches", AS_TEXT, "diff patch rej"),
    ("JSON Lines", EXPORT, "jsonl ndjson ldjson"),
    (
        "data",
        AS_TEXT,
        "json5 hjson cson geojson topojson webmanifest map har bib ris enw csl ics ical ifb vcf vcard \
         ldif dat bin dta sav arff parquet avro orc feather npy npz pkl h5 hdf5 nc pcap gpx kml kmz shp \
         dbf dxf dwg stl obj gltf glb fbx blend step stp iges gcode srtm pem crt cer p12 pfx gpg sig \
         md5 sha1 sha256 sha512 torrent cue m3u m3u8 pls dot gv puml plantuml mmd drawio abc ly mscx fen \
         pgn pdb cif fasta fa fastq gb gff vcf4 sam bed lst tmp bak swp part crdownload lnk url webloc",
    ),
    ("MDX", AS_TEXT, "mdx"),
    ("R Markdown and Quarto", AS_TEXT, "rmd qmd rnw snw"),
    ("Org mode and Muse", AS_DOCUMENT, "muse org org_archive"),
    ("wiki markup", AS_TEXT, "wiki mediawiki mw wikitext jira textile creole dokuwiki tid t2t"),
    ("TeX packages and styles", OF_TEX, "sty dtx ins bst clo bbx cbx lbx ldf"),
    ("classes of TeX and Visual Basic", OF_TEX, "cls"),
    ("Typst", AS_TEXT, "typ typst"),
    ("Texinfo and roff", AS_TEXT, "texi texinfo txi man mdoc ms roff troff nroff tr"),
    ("screenplays", AS_DOCUMENT, "fountain fdx celtx"),
    ("Qt Linguist and other translation catalogues", EXPORT, "qm ttx txml wxl resjson lang lng isl l10n"),
    ("compiled catalogues", AS_SOURCE, "mo gmo resources nib arsc"),
    (
        "translation memories of other programs",
        "export it as .tmx and translate that, or import it with `wasan memory import`",
        "sdltm tbx sdltb mtf wf txlf",
    ),
    (
        "packages of translation programs",
        "unpack it, or export its .xliff files, and translate those",
        "sdlppx sdlrpx wsxz mqout mqxlz xlz",
    ),
    (
        "subtitles of this kind",
        "convert them to .srt, .vtt or .ass, and translate that",
        "sub sbv smi sami ttml dfxp idx sup stl scc lrc mpl usf itt cap",
    ),
    ("Rich Text", AS_DOCUMENT, "rtf rtfd"),
    (
        "documents of Pages, Numbers and Keynote",
        "export it as .docx, .xlsx or .pptx, and translate that",
        "pages numbers key keynote",
    ),
    (
        "documents of this kind",
        AS_DOCUMENT,
        "wpd wps wp5 wri hwp hwpx abw zabw lwp sxw stw sdw uot pub one onetoc2 odf odb indd idml icml indt inx qxp qxd fm mif book pmd sla scd vsd vsdx mpp xmind mm scriv \
         note enex nsf jtd jhd xps oxps ps eps dvi djvu djv chm hlp gdoc docz",
    ),
    (
        "spreadsheets of this kind",
        AS_SHEET,
        "xlsb xlw wk1 wk3 wk4 wks 123 uos sxc stc qpw gnumeric et slk dif gsheet",
    ),
    ("presentations of this kind", AS_SLIDES, "uop sxi sti dps gslides ppa"),
    (
        "e-books of this kind",
        AS_BOOK,
        "mobi azw azw1 azw3 azw4 kfx prc fb2 lit lrf pdb tcr ibooks cbz cbr cb7",
    ),
    (
        "e-mail",
        "save its text as .txt or .html, and translate that",
        "eml emlx msg mbox mbx pst ost oft mht mhtml dbx",
    ),
    (
        "images",
        SCANNED,
        "png jpg jpeg jpe jfif gif bmp dib tif tiff webp heic heif avif jxl jp2 ico cur icns psd psb xcf \
         ai cdr raw cr2 cr3 nef arw dng orf svgz emf wmf tga pcx ppm pgm pbm pnm xbm xpm exr hdr dds kra \
         sketch fig xd",
    ),
    ("SVG drawings", "translate their texts in a drawing program", "svg"),
    (
        "sound and video",
        SUBTITLES,
        "mp3 mp4 m4a m4v m4b aac wav flac ogg oga ogv opus wma wmv avi mkv mka webm mov mpg mpeg m2ts \
         vob flv 3gp 3g2 aif aiff mid midi amr",
    ),
    (
        "archives",
        UNPACK,
        "zip zipx 7z rar tar gz tgz bz2 tbz2 xz txz lz lz4 lzma zst z cab arj lha lzh iso dmg img cpio \
         ar a deb rpm jar war ear apk aab ipa appx msix xpi crx vsix nupkg whl egg gem crate docset pak",
    ),
    (
        "programs and libraries",
        NO_DOCUMENT,
        "exe dll so dylib lib o com msi sys class pyc pyo pyd wasm elf app dex beam spv swf ocx drv scr",
    ),
    ("fonts", NO_DOCUMENT, "ttf otf ttc woff woff2 eot pfb pfm afm bdf pcf"),
    (
        "databases",
        "export its texts as .csv, .xlsx or .json, and translate that",
        "db db3 sqlite sqlite3 mdb accdb frm myd ibd kdbx fdb gdb",
    ),
    ("models", NO_DOCUMENT, "gguf safetensors onnx pt pth ckpt tflite pb mlmodel"),
];

/// Kinds with the names of files that have no extension, or a misleading one.
const NAMES: &[(&str, &str)] = &[
    (
        "build files",
        "build cmakelists.txt containerfile dockerfile gemfile gnumakefile jenkinsfile justfile makefile \
         pkgbuild podfile procfile rakefile vagrantfile workspace meson_options.txt",
    ),
    ("rules for search engines", "robots.txt ads.txt"),
];

/// Kinds with the way out and the bytes at which place of a file show it.
const MAGIC: &[(&str, &str, usize, &[&[u8]])] = &[
    ("Rich Text", AS_DOCUMENT, 0, &[b"{\\rtf"]),
    (
        "images",
        SCANNED,
        0,
        &[
            b"\x89PNG\r",
            b"\xff\xd8\xff",
            b"GIF87a",
            b"GIF89a",
            b"II*\0",
            b"MM\0*",
            b"8BPS",
            b"\0\0\x01\0",
            b"gimp xcf",
        ],
    ),
    ("images", SCANNED, 8, &[b"WEBP"]),
    ("images", SCANNED, 4, &[b"ftypheic", b"ftypheix", b"ftypavif", b"ftypmif1"]),
    (
        "sound and video",
        SUBTITLES,
        0,
        &[b"ID3", b"OggS", b"fLaC", b"\x1a\x45\xdf\xa3", b"FLV\x01", b"MThd", b"\0\0\x01\xba"],
    ),
    ("sound and video", SUBTITLES, 8, &[b"WAVE", b"AVI ", b"AIFF"]),
    ("sound and video", SUBTITLES, 4, &[b"ftyp"]),
    (
        "archives",
        UNPACK,
        0,
        &[
            b"\x1f\x8b",
            b"BZh",
            b"\xfd7zXZ\0",
            b"7z\xbc\xaf\x27\x1c",
            b"Rar!\x1a\x07",
            b"\x28\xb5\x2f\xfd",
            b"MSCF\0",
            b"!<arch>\n",
            b"\xed\xab\xee\xdb",
            b"PK\x05\x06",
        ],
    ),
    ("archives", UNPACK, 257, &[b"ustar"]),
    ("e-books of this kind", AS_BOOK, 60, &[b"BOOKMOBI", b"TEXtREAd"]),
    ("documents of this kind", AS_DOCUMENT, 0, &[b"%!PS", b"AT&TFORM", b"\xffWPC", b"ITSF"]),
    (
        "programs and libraries",
        NO_DOCUMENT,
        0,
        &[b"\x7fELF", b"MZ\x90\0", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\0asm", b"\x03\x02\x23\x07"],
    ),
    ("fonts", NO_DOCUMENT, 0, &[b"\0\x01\0\0\0", b"OTTO\0", b"ttcf", b"wOFF", b"wOF2"]),
    ("databases", "export its texts as .csv, .xlsx or .json, and translate that", 0, &[b"SQLite format 3\0"]),
    ("compiled catalogues", AS_SOURCE, 0, &[b"\xde\x12\x04\x95", b"\x95\x04\x12\xde", b"\x3c\xb8\x64\x18"]),
    ("binary property lists", "convert it with `plutil -convert xml1`, and translate that", 0, &[b"bplist0"]),
    ("compiled Android resources", AS_SOURCE, 0, &[b"\x03\0\x08\0", b"\x02\0\x0c\0"]),
    ("models", NO_DOCUMENT, 0, &[b"GGUF"]),
];

/// Kinds of XML with the way out and their root elements.
const ROOTS: &[(&str, &str, &str)] = &[
    ("SVG drawings", "translate their texts in a drawing program", "svg"),
    ("property lists", AS_TEXT, "plist"),
    ("Qt Linguist catalogues", "convert it to .xliff or .po (`lconvert`), and translate that", "TS"),
    ("Android resources without texts", AS_TEXT, "resources"),
    ("glossaries", "import it with `wasan glossary import`", "martif tbx"),
    ("documents of this kind", AS_DOCUMENT, "FictionBook abiword Document package wordDocument"),
    (
        "DocBook, DITA and TEI",
        "convert it to .html or .docx (pandoc does), and translate that",
        "article book chapter concept dita map reference section task TEI topic",
    ),
    ("web feeds", AS_TEXT, "feed rss RDF"),
    (
        "subtitles of this kind",
        "convert them to .srt, .vtt or .ass, and translate that",
        "tt transcript timedtext",
    ),
    ("build files", AS_TEXT, "project Project settings"),
];

/// Whether a word is in a list of words.
fn lists(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|listed| listed == word)
}

/// What a file with this name is, whatever its extension.
pub(crate) fn by_name(name: &str) -> Option<Kind> {
    let name = name.to_ascii_lowercase();
    let known = NAMES.iter().find(|(_, names)| lists(names, &name));
    known.map(|(name, _)| Kind { name, way_out: AS_TEXT })
}

/// What a file with this extension is.
pub(crate) fn by_extension(extension: &str) -> Option<Kind> {
    let known = EXTENSIONS.iter().find(|(_, _, extensions)| lists(extensions, extension));
    known.map(|(name, way_out, _)| Kind { name, way_out })
}

/// What a file with these bytes is, if its first bytes show it.
pub(crate) fn by_bytes(bytes: &[u8]) -> Option<Kind> {
    let starts = |at: &usize, magic: &&[u8]| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    let known = MAGIC.iter().find(|(_, _, at, marks)| marks.iter().any(|mark| starts(at, mark)));
    known.map(|(name, way_out, _, _)| Kind { name, way_out })
}

/// What an XML file with this root element is.
pub(crate) fn by_root(root: &str) -> Kind {
    let known = ROOTS.iter().find(|(_, _, roots)| lists(roots, root));
    known.map_or(XML, |(name, way_out, _)| Kind { name, way_out })
}

/// What a text is that is not prose.
pub(crate) fn by_text(text: &str) -> Kind {
    let first = text.lines().next().unwrap_or_default();
    let is_json = |line: &str| serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok();
    match () {
        () if text.starts_with("#!") => Kind { name: "scripts", way_out: AS_TEXT },
        () if text.starts_with("<?php") => Kind { name: "PHP", way_out: AS_TEXT },
        () if text.starts_with("<?xml") => XML,
        () if text.starts_with(['<']) => MARKUP,
        () if text.starts_with(['{', '[']) && is_json(first) => JSON_LINES,
        () if ["diff ", "--- ", "Index: "].iter().any(|start| text.starts_with(start)) => {
            Kind { name: "patches", way_out: AS_TEXT }
        }
        () => CODE,
    }
}
