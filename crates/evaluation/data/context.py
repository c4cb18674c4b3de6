"""Writes context.de-en.tsv and context.ja-en.tsv: sentences that only the sentence before them decides.

A line: phenomenon, context, source, right translation, wrong translations separated by ` | `. The same source occurs with
several contexts, so a translator that sees none of them can be right in one of them only.
"""

SUBJECT = {"it": "It", "she": "She", "he": "He", "they": "They", "you": "You"}
OBJECT = {"it": "it", "she": "her", "he": "him", "they": "them"}
PLURAL = {"they", "you"}


def english(frame, who):
    """The frame with a pronoun and the verb forms that agree with it; `{a/b}` is singular/plural."""
    text = frame.replace("{S}", SUBJECT[who]).replace("{o}", OBJECT.get(who, who))
    while "{" in text:
        before, rest = text.split("{", 1)
        forms, after = rest.split("}", 1)
        text = before + forms.split("/")[who in PLURAL] + after
    return text


def case(phenomenon, context, source, frame, who, others):
    wrong = " | ".join(english(frame, other) for other in others if other != who)
    return "\t".join([phenomenon, context, source, english(frame, who), wrong])


# Source, frame, contexts in which a thing and in which a person is meant.
SIE = [
    ("Sie ist sehr alt.", "{S} is very old.",
     ["Neben der Kirche steht eine Mühle.", "Auf dem Dachboden habe ich eine Uhr gefunden."],
     ["Heute besuchen wir meine Großmutter.", "Kennst du die Frau am Fenster?"]),
    ("Sie steht vor der Tür.", "{S} is standing in front of the door.",
     ["Wo ist die Leiter?", "Hast du die Kiste gesehen?"],
     ["Deine Schwester wartet auf dich.", "Wo ist die Briefträgerin?"]),
    ("Sie war viel zu laut.", "{S} was much too loud.",
     ["Gestern habe ich die Musik von nebenan gehört.", "Ich habe die alte Waschmaschine verkauft."],
     ["Die neue Nachbarin hat gestern gefeiert.", "Ich konnte neben meiner Schwester nicht arbeiten."]),
    ("Sie ist erst gestern angekommen.", "{S} only arrived yesterday.",
     ["Hast du die Rechnung schon bezahlt?", "Ich habe deine Postkarte gelesen."],
     ["Ist deine Tante schon lange hier?", "Das ist unsere neue Praktikantin."]),
    ("Ich mag sie sehr.", "I like {o} very much.",
     ["Das ist meine neue Jacke.", "Diese Farbe passt gut zu den Wänden."],
     ["Das ist unsere neue Lehrerin.", "Morgen kommt meine Großmutter."]),
    ("Sie ist nicht mehr da.", "{S} is no longer there.",
     ["Gestern lag hier noch eine Tasche.", "An der Ecke war früher eine Bäckerei."],
     ["Gestern saß hier noch eine alte Frau.", "Hast du die Verkäuferin gefragt?"]),
    ("Ich habe sie überall gesucht.", "I have looked for {o} everywhere.",
     ["Meine Tasche ist weg.", "Wo ist die Fernbedienung?"],
     ["Meine Tochter ist verschwunden.", "Wo ist Anna?"]),
    ("Ich kann sie nirgends finden.", "I cannot find {o} anywhere.",
     ["Hier lag doch eine Zeitung.", "Wo hast du die Taschenlampe hingelegt?"],
     ["Die Kellnerin war eben noch hier.", "Wo ist deine Mutter?"]),
    ("Hast du sie heute schon gesehen?", "Have you seen {o} yet today?",
     ["Die Zeitung liegt sonst immer auf dem Tisch.", "Die Leiter steht sonst immer in der Garage."],
     ["Anna wollte um acht Uhr kommen.", "Die Chefin ist wieder im Büro."]),
    ("Ohne sie gehe ich nicht.", "I am not going without {o}.",
     ["Wo ist meine Jacke?", "Ich habe die Kamera vergessen."],
     ["Kommt deine Schwester mit?", "Anna ist noch nicht fertig."]),
]
ER = [
    ("Er ist sehr alt.", "{S} is very old.",
     ["In unserem Garten steht ein Brunnen.", "Dieser Teppich ist ein Erbstück."],
     ["Heute besuchen wir meinen Großvater.", "Kennst du den Mann am Fenster?"]),
    ("Er steht vor der Tür.", "{S} is standing in front of the door.",
     ["Wo ist der Koffer?", "Hast du den Besen gesehen?"],
     ["Dein Bruder wartet auf dich.", "Wo ist der Briefträger?"]),
    ("Er war viel zu laut.", "{S} was much too loud.",
     ["Ich habe den alten Staubsauger verkauft.", "Der Film gestern hat mir nicht gefallen."],
     ["Der neue Nachbar hat gestern gefeiert.", "Ich konnte neben meinem Bruder nicht arbeiten."]),
    ("Er ist erst gestern angekommen.", "{S} only arrived yesterday.",
     ["Hast du den Brief schon gelesen?", "Der Vertrag liegt auf deinem Tisch."],
     ["Ist dein Onkel schon lange hier?", "Das ist unser neuer Praktikant."]),
    ("Ich mag ihn sehr.", "I like {o} very much.",
     ["Das ist mein neuer Mantel.", "Dieser Tee kommt aus Indien."],
     ["Das ist unser neuer Lehrer.", "Morgen kommt mein Großvater."]),
    ("Er ist nicht mehr da.", "{S} is no longer there.",
     ["Gestern lag hier noch ein Schlüssel.", "An der Ecke war früher ein Supermarkt."],
     ["Gestern saß hier noch ein alter Mann.", "Hast du den Verkäufer gefragt?"]),
    ("Ich habe ihn überall gesucht.", "I have looked for {o} everywhere.",
     ["Mein Schlüssel ist weg.", "Wo ist der Regenschirm?"],
     ["Mein Sohn ist verschwunden.", "Wo ist Peter?"]),
    ("Ich kann ihn nirgends finden.", "I cannot find {o} anywhere.",
     ["Hier lag doch ein Bleistift.", "Wo hast du den Hammer hingelegt?"],
     ["Der Kellner war eben noch hier.", "Wo ist dein Vater?"]),
    ("Hast du ihn heute schon gesehen?", "Have you seen {o} yet today?",
     ["Der Wagen steht sonst immer vor dem Haus.", "Der Ordner liegt sonst immer im Regal."],
     ["Peter wollte um acht Uhr kommen.", "Der Chef ist wieder im Büro."]),
    ("Ohne ihn gehe ich nicht.", "I am not going without {o}.",
     ["Wo ist mein Hut?", "Ich habe den Ausweis vergessen."],
     ["Kommt dein Bruder mit?", "Peter ist noch nicht fertig."]),
]
ES = [
    ("Es ist ziemlich klein.", "{S} is quite small.", ["Das Zimmer liegt im ersten Stock."], ["Das Mädchen geht schon zur Schule."]),
    ("Es war ganz allein.", "{S} was all alone.", ["Das Haus stand am Rand des Waldes."], ["Das Mädchen lief durch den Wald."]),
    ("Es gehört nicht hierher.", "{S} does not belong here.", ["Woher kommt dieses Buch?"], ["Woher kommt dieses Mädchen?"]),
    ("Ich habe es gestern gesehen.", "I saw {o} yesterday.", ["Wo ist das rote Fahrrad?"], ["Wo ist das Mädchen aus dem ersten Stock?"]),
    ("Es ist weg.", "{S} is gone.", ["Ich suche mein Heft."], ["Ich suche das Mädchen, das hier saß."]),
]
# Both mean "Sie" with a plural verb: the reader, or several others.
FORMAL = [
    ("Sie müssen hier unterschreiben.", "{S} must sign here."),
    ("Sie können morgen wiederkommen.", "{S} can come back tomorrow."),
    ("Sie haben noch eine Woche Zeit.", "{S} have another week."),
    ("Sie dürfen hier nicht parken.", "{S} are not allowed to park here."),
    ("Sie brauchen einen Ausweis.", "{S} need an identity card."),
    ("Sie sind zu früh gekommen.", "{S} have come too early."),
]
# What "auch" and "auch nicht" take up: the verb of the sentence before.
ELLIPSIS = [
    ("Ich auch.", "So {} I.", [("Ich bin müde.", "am"), ("Ich mag Tee.", "do"), ("Ich kann schwimmen.", "can"), ("Ich war gestern krank.", "was"), ("Ich habe das Buch schon gelesen.", "have")]),
    ("Er auch.", "So {} he.", [("Ich bin müde.", "is"), ("Ich mag Tee.", "does"), ("Ich kann schwimmen.", "can"), ("Ich war gestern krank.", "was"), ("Ich habe das Buch schon gelesen.", "has")]),
    ("Ich auch nicht.", "Neither {} I.", [("Ich bin nicht müde.", "am"), ("Ich mag keinen Tee.", "do"), ("Ich kann nicht schwimmen.", "can"), ("Ich war gestern nicht krank.", "was"), ("Ich habe das Buch noch nicht gelesen.", "have")]),
    ("Wir auch nicht.", "Neither {} we.", [("Ich bin nicht müde.", "are"), ("Ich mag keinen Tee.", "do"), ("Ich kann nicht schwimmen.", "can"), ("Ich war gestern nicht krank.", "were"), ("Ich habe das Buch noch nicht gelesen.", "have")]),
]


def german():
    singular = ["it", "she", "he"]
    for name, table, person in [("sie", SIE, "she"), ("er", ER, "he"), ("es", ES, "she")]:
        for source, frame, things, people in table:
            for context in things:
                yield case(name, context, source, frame, "it", singular)
            for context in people:
                yield case(name, context, source, frame, person, singular)
    for source, frame in FORMAL:
        yield case("Sie", "Guten Tag, Herr Weber.", source, frame, "you", ["you", "they"])
        yield case("Sie", "Die neuen Mieter stehen vor dem Büro.", source, frame, "they", ["you", "they"])
    for source, frame, contexts in ELLIPSIS:
        for context, verb in contexts:
            others = [other for _, other in contexts if other != verb]
            wrong = " | ".join(frame.format(other) for other in others)
            yield "\t".join(["ellipsis", context, source, frame.format(verb), wrong])


PEOPLE = [
    ("姉は学生です。", "she"), ("祖母は京都に住んでいます。", "she"), ("妹は今年十歳になりました。", "she"),
    ("兄は学生です。", "he"), ("祖父は京都に住んでいます。", "he"), ("弟は今年十歳になりました。", "he"),
    ("両親は田舎に住んでいます。", "they"), ("隣の夫婦はとても親切です。", "they"),
]
WHERE = [
    ("お母さんはどこですか。", "she"), ("お姉さんはどこですか。", "she"), ("お父さんはどこですか。", "he"),
    ("お兄さんはどこですか。", "he"), ("ご両親はどこですか。", "they"), ("子供たちはどこですか。", "they"),
]
DROPPED = [
    (PEOPLE, "昨日から熱があります。", "{S} {has/have} had a fever since yesterday."),
    (PEOPLE, "毎朝六時に起きます。", "{S} {gets/get} up at six every morning."),
    (PEOPLE, "音楽が大好きです。", "{S} {loves/love} music."),
    (PEOPLE, "昨日の夜、電話をくれました。", "{S} called me last night."),
    (PEOPLE, "魚は食べません。", "{S} {does/do} not eat fish."),
    (PEOPLE, "よく本を読みます。", "{S} often {reads/read} books."),
    (WHERE, "もう家に帰りました。", "{S} {has/have} already gone home."),
    (WHERE, "まだ寝ています。", "{S} {is/are} still sleeping."),
    (WHERE, "今、台所にいます。", "{S} {is/are} in the kitchen now."),
]
# A thing or a person.
DESCRIBED = [
    ("とても面白いです。", "{S} is very interesting.", ["昨日買った本を読んでいます。", "駅前に新しい博物館ができました。"], ["兄の奥さんに会いました。", "妹の新しい友達の花子さんに会いました。"]),
    ("本当にきれいです。", "{S} is really beautiful.", ["近所に新しい公園ができました。", "昨日、この花瓶を買いました。"], ["兄の奥さんに会いました。", "妹の新しい友達の花子さんに会いました。"]),
]
OWNED = [("この傘は誰のですか。", "it"), ("この車は誰のですか。", "it"), ("この自転車は誰のですか。", "it"), ("この帽子は誰のですか。", "it"),
         ("この靴は誰のですか。", "they"), ("この靴下は誰のですか。", "they"), ("この手袋は誰のですか。", "they"), ("このズボンは誰のですか。", "they")]


def japanese():
    for contexts, source, frame in DROPPED:
        for context, who in contexts:
            yield case("dropped subject", context, source, frame, who, ["she", "he", "they"])
    for source, frame, things, people in DESCRIBED:
        for context in things:
            yield case("dropped subject", context, source, frame, "it", ["it", "she", "he"])
        for context in people:
            yield case("dropped subject", context, source, frame, "she", ["it", "she", "he"])
    for context, who in OWNED:
        yield case("ellipsis", context, "兄のです。", "{S} {is/are} my brother's.", who, ["it", "they"])


for pair, cases in [("de-en", german()), ("ja-en", japanese())]:
    with open(f"context.{pair}.tsv", "w", encoding="utf-8", newline="\n") as file:
        file.write("phenomenon\tcontext\tsource\tright\twrong\n")
        file.writelines(line + "\n" for line in cases)
