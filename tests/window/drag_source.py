"""A window from which the files named on the command line can be dragged, as from a file manager."""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

uris = [pathlib.Path(name).as_uri() for name in sys.argv[1:]]

box = Gtk.EventBox()
box.add(Gtk.Label(label="\n".join(uris)))
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
box.drag_source_add_uri_targets()
box.connect("drag-data-get", lambda _box, _context, data, _info, _time: data.set_uris(uris))

window = Gtk.Window(title="drag source")
window.set_default_size(200, 100)
window.add(box)
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
