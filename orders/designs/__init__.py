"""Photos and designs: taken in, made, changed, frozen when they are finalised."""
