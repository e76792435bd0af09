"""Why a lead has the score it has: now, then, and what changed between two moments."""
