"""The roll-out ramp at work: from journals to what mode live may do."""
