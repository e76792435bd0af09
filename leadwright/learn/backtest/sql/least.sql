select figure, threshold, label
from seeds.learning_gates
where finding = 'too_few' and comparison = 'at_least'
order by place
