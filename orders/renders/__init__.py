"""Pictures of designs: previews while somebody designs, print files once it is finalised."""
