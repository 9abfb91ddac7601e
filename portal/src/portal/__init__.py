"""The pages: a client of the public API that shows people what it says, in their language, and lets them act.

It keeps nothing: who has signed in is in a sealed cookie of theirs, and all that is shown or done is asked of the API.
"""
