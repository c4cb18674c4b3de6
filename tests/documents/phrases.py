"""Short everyday sentences, which the starter models know, and `Phrases`, which deals them out in order."""

from itertools import cycle

DE = """Das Wetter ist heute schön.
Ich habe keine Zeit.
Wo ist der Bahnhof?
Wir gehen morgen ins Kino.
Meine Schwester wohnt in Berlin.
Er hat gestern ein neues Auto gekauft.
Kannst du mir bitte helfen?
Sie liest jeden Abend ein Buch.
Der Zug kommt um acht Uhr an.
Ich trinke gern Kaffee.
Wir haben einen großen Hund.
Das Kind spielt im Garten.
Heute Abend essen wir zu Hause.
Ich verstehe die Frage nicht.
Mein Vater arbeitet in einer Bank.
Die Tür ist offen.
Er spricht sehr gut Englisch.
Sie hat mir einen Brief geschrieben.
Das ist eine gute Idee.
Ich möchte ein Glas Wasser.
Wann fängt die Schule an?
Der Tisch ist zu klein.
Wir müssen jetzt gehen.
Tom ist mein bester Freund.
Sie wartet auf den Bus.
Das Essen war sehr gut.
Ich habe meinen Schlüssel verloren.
Er kommt aus Deutschland.
Es hat die ganze Nacht geregnet.
Wie viel kostet dieses Buch?
Ich bin müde und will schlafen.
Die Kinder sind in der Schule.
Maria kocht heute für uns.
Wir haben den Film schon gesehen.
Bitte mach das Fenster zu.
Er hat mir die Wahrheit gesagt.
Im Winter ist es hier sehr kalt.
Ich kenne den Mann nicht.
Sie will Ärztin werden.
Das Haus steht am Fluss.
Wir sind gestern Abend spät angekommen.
Der Lehrer hat uns eine Geschichte erzählt.
Ich rufe dich morgen an.
Sein Bruder ist größer als er.
Die Katze schläft auf dem Stuhl.
Hast du das Geld gefunden?
Ich habe heute viel zu tun.
Sie singt schöner als ich.
Niemand weiß, wo er ist.
Das Fahrrad gehört meinem Bruder.
Wir lernen seit zwei Jahren Deutsch.
Er steht jeden Tag um sechs Uhr auf.
Der Arzt hat keine Zeit.
Ich glaube, dass sie recht hat.
Die Straße ist sehr lang.
Lass uns ein wenig warten.
Meine Mutter ist gerade nicht zu Hause.
Das Buch liegt auf dem Tisch.
Er hat die Arbeit schon gemacht.
Vergiss bitte nicht, die Blumen zu gießen.""".splitlines()

EN = """The weather is nice today.
I have no time.
Where is the station?
My sister lives in Berlin.
He bought a new car yesterday.
Can you help me, please?
She reads a book every evening.
The train arrives at eight o'clock.
We have a big dog.
The door is open.
I don't understand the question.
He speaks English very well.
I lost my key.
It rained all night.
The children are at school.
Please close the window.""".splitlines()

JA = """今日は天気がいいです。
駅はどこですか。
姉は東京に住んでいます。
私はコーヒーが好きです。
明日映画を見に行きます。
この本はいくらですか。
彼は毎朝六時に起きます。
窓を閉めてください。""".splitlines()


class Phrases:
    """Deals out sentences in order, and begins again after the last."""

    def __init__(self, sentences, start=0):
        self._next = cycle(sentences[start:] + sentences[:start])

    def __call__(self, count=1):
        return " ".join(next(self._next) for _ in range(count))

    def parts(self, count=1):
        """`count` sentences, each in three pieces, to put markup around the one in the middle."""
        return [_divided(next(self._next)) for _ in range(count)]


def _divided(sentence):
    words = sentence.split(" ")
    middle = len(words) // 2
    before, after = " ".join(words[:middle]), " ".join(words[middle + 1 :])
    return before + " ", words[middle], " " + after if after else ""
