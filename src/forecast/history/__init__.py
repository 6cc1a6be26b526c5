"""What a model may see: YTD growth with gaps, base-year shares, flows, and related histories."""
