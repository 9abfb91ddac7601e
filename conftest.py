"""What all tests share: the members themselves, and the fixtures of an issuer and a real database.

The members are imported here first, because pytest would otherwise take their project folders, which have the same
names, for the packages.
"""

import gateway
import portal
import procurement
import redflags
import registry
import scorer
import servicekit
import stack
import statute
import verifier
import witness

MEMBERS = (gateway, portal, procurement, redflags, registry, scorer, servicekit, stack, statute, verifier, witness)
pytest_plugins = ["servicekit.testing", "stack.testing"]
