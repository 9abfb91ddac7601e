"""Pictures of appeals: values in, SVG out. No script, nothing fetched, readable without colour and by ear."""
