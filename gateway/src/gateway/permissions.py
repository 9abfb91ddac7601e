"""Who may ask the gateway itself for what."""

from servicekit.permissions import ANY, SIGNED_IN, Permissions

PERMISSIONS = Permissions({"read_me": {SIGNED_IN: {ANY}}, "read_notices": {SIGNED_IN: {ANY}}})
