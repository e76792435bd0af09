select c.schema_name, c.table_name, list(c.column_name order by c.column_index) as names
from duckdb_columns() as c
inner join duckdb_tables() as t using (database_name, schema_name, table_name)
where c.database_name = coalesce(nullif($catalog, ''), current_database()) and not t.temporary
group by all
order by all
