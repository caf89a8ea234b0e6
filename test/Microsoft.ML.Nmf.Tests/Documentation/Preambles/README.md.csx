// A DataFrame is an IDataView; any other does here.
IDataView dataFrame = data;
