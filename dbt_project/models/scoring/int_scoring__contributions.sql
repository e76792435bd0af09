-- The sum of a lead's score, line by line: of the rules that hold, or of the champion's rows where one makes the score.

{{ score_lines(
    score_hits(ref('int_scoring__rule_hits'), ref('int_scoring__model_hits'), ref('int_scoring__champions')),
    ref('int_scoring__moments'),
    'lead_id',
    ['fit', 'intent'],
    kind='kind',
) }}
