"""Who is at the count, what each may do, and how the night stands for them: what phones and desk share. No forms."""
